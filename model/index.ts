/** The language: documents, their schemas, and the resolver that makes a model of them. Pure. */
export { type ContractHashes, canonicalJson, releaseDigest, sha256 } from "./digest.ts";
export { largestDocument, parseYaml } from "./document.ts";
export type {
  Model,
  PluginBinding,
  ResolvedBinding,
  ResolvedEnvironment,
  ResolvedPlugin,
  Scale,
  ServiceBinding,
} from "./model.ts";
export { endpointOf, type Peer } from "./network.ts";
export { describeProblem, PatchbayError, type Problem, type ProblemCode, problemKinds } from "./problem.ts";
export { analysisArguments, argumentsOf } from "./resolve/analyses.ts";
export type { Catalog, ReleaseSource } from "./resolve/catalog.ts";
export type { Documents } from "./resolve/draft.ts";
export { settingsDigest } from "./resolve/holds.ts";
export { largestConfig, resolve } from "./resolve.ts";
export type { Analysis, Metric } from "./schema/analysis.ts";
export {
  type Environment,
  environmentSchema,
  type Placement,
  placementsSchema,
  type Stage,
} from "./schema/environment.ts";
export { type Hold, holdsSchema } from "./schema/hold.ts";
export { ratio, seconds } from "./schema/measure.ts";
export { type Check, type Release, releaseSchema, type Slo, type Task, type Trigger } from "./schema/release.ts";
export type { AnalysisReference, CanaryStep, Strategy } from "./schema/rollout.ts";
export type { Service } from "./schema/service.ts";
export type { Objectives } from "./schema/slo.ts";
