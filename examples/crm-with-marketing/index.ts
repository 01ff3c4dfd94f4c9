/** A CRM plugin, bound to an e-mail marketing API and a database; composed by hand, for what `deploy` does not do. */
import {
  Binding,
  Environment,
  explained,
  Plugin,
  readCatalog,
  resolve,
  stackCredentials,
  stackDocuments,
} from "patchbay";

const model = explained(() => {
  const documents = stackDocuments();
  return resolve(documents, readCatalog("catalog", documents.plugins));
});
const credentials = stackCredentials();

const environment = new Environment("crm", { environment: model.environment });
const plugins = model.plugins.map((plugin) => new Plugin(plugin.name, { environment, plugin, credentials }));

// A nightly report of our own, which is no plugin, reads the same contacts: its pods carry the label
// `patchbay.dev/plugin: nightly-report`, and mount the Secret that this names.
const contacts = model.plugins.flatMap(({ bindings }) => bindings).find(({ name }) => name === "contacts");
const forReport =
  contacts &&
  new Binding("nightly-report--contacts", {
    environment,
    plugin: "nightly-report",
    binding: contacts,
    credentials: credentials.apply((byService) => byService.contacts ?? {}),
  });

/** Where the CRM reaches its plugins. */
export const urls = plugins.map(({ url }) => url);
/** The Secret that the nightly report mounts under `$SERVICE_BINDING_ROOT/contacts`. */
export const reportSecret = forReport?.projection.source;
