/**
 * The npm package: what another Pulumi program needs to declare an environment, its plugins and their bindings.
 *
 * @example
 * const documents = stackDocuments();
 * const model = explained(() => resolve(documents, readCatalog("catalog", documents.plugins)));
 * deploy(model, { credentials: stackCredentials() });
 */
export {
  Binding,
  type BindingArgs,
  type Credentials,
  type DeployArgs,
  deploy,
  Environment,
  type EnvironmentArgs,
  explained,
  type Gate,
  Plugin,
  type PluginArgs,
  type PluginParts,
  type Projection,
  type Realised,
  type Target,
} from "./components/index.ts";
export {
  type Catalog,
  type Documents,
  describeProblem,
  type Model,
  PatchbayError,
  type PluginBinding,
  type Problem,
  type ProblemCode,
  type ResolvedBinding,
  type ResolvedEnvironment,
  type ResolvedPlugin,
  releaseDigest,
  resolve,
  type ServiceBinding,
} from "./model/index.ts";
export { readCatalog, stackCredentials, stackDocuments } from "./sources/index.ts";
