/** The program: the stack's config and the catalog become a model, the model becomes components. */
import { deploy, explained } from "./components/index.ts";
import { resolve } from "./model/index.ts";
import { readCatalog, stackCredentials, stackDocuments } from "./sources/index.ts";

const model = explained(() => {
  const documents = stackDocuments();
  return resolve(documents, readCatalog("catalog", documents.plugins));
});

const { plugins: deployed } = deploy(model, { credentials: stackCredentials() });

/** Name of the environment. */
export const environment = model.environment.name;

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
