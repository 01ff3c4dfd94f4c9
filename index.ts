/** The program: the stack's config and the catalog become a model, the model becomes components. */
import { deploy, explained, type Plugin } from "./components/index.ts";
import { resolve } from "./model/index.ts";
import { readCatalog, stackCredentials, stackDocuments } from "./sources/index.ts";

// No stack trace reaches a user who does not ask for it. It is also a third of a large program's work, since the SDK takes
// one for each promise (docs/explanation/performance.md).
if (process.env["PATCHBAY_DEBUG"] === undefined) Error.stackTraceLimit = 0;

const model = explained(() => {
  const documents = stackDocuments();
  return resolve(documents, readCatalog("catalog", documents.plugins));
});

const { plugins: deployed } = deploy(model, { credentials: stackCredentials() });

/** Name of the environment. */
export const environment = model.environment.name;

/** Keys that webhooks are signed with, by binding: for whoever sets up their other side. Secret. */
export const signingKeys = keysOf([...deployed.values()]);

/** Which release of each plugin runs, where it is reached, and what it is wired to. */
export const plugins = Object.fromEntries(
  model.plugins.map(({ name, version, digest, bindings }) => [
    name,
    {
      version,
      digest,
      url: deployed.get(name)?.url,
      bindings: Object.fromEntries(
        bindings.map((binding) => [
          binding.name,
          binding.kind === "plugin" ? `plugin ${binding.name}` : binding.serviceName,
        ]),
      ),
    },
  ]),
);

function keysOf(all: readonly Plugin[]) {
  const bindings = all.flatMap((plugin) => [...plugin.bindings.values()]);
  return Object.fromEntries(
    bindings.flatMap(({ name, signingKey }) => (signingKey === undefined ? [] : [[name, signingKey]])),
  );
}
