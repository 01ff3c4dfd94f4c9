/** The program: the stack's config and the catalog become a model, the model becomes components. */
import { deploy, explained, type Plugin } from "./components/index.ts";
import { resolve } from "./model/index.ts";
import { readCatalog, stackCredentials, stackDocuments } from "./sources/index.ts";

// The SDK looks up source maps for the stack of every promise, which is a third of a large program's work; Node runs these
// sources as they are, so that there is nothing to find (docs/explanation/performance.md).
Reflect.deleteProperty(Error, "prepareStackTrace");

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
