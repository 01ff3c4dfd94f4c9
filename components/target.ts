import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedBinding, ResolvedPlugin } from "../model/index.ts";

/** What a service asks for: `{ username, password }`, `{ clientId, clientSecret }`, `{ key }`, … */
export type Credentials = Readonly<Record<string, string>>;

/** Files that a binding puts under `$SERVICE_BINDING_ROOT/<name>`. */
export interface Projection {
  readonly name: string;
  /** Where the target keeps them: on Kubernetes, the name of a Secret. */
  readonly source: pulumi.Output<string>;
}

/** A plugin as it was brought into an environment. */
export interface Realised {
  /** Address at which other plugins reach it. */
  readonly url: pulumi.Output<string>;
  /** The resource that exists only once rollout and verification succeeded; what needs the plugin depends on it. */
  readonly verification: pulumi.Resource;
}

export interface BindingParts {
  /** Name of the plugin that is bound. */
  readonly owner: string;
  readonly binding: ResolvedBinding;
  readonly credentials: pulumi.Output<Credentials>;
  /** Whether replaced credentials stay as long as a pod may be gone back to that uses them. */
  readonly kept: boolean;
}

export interface PluginParts {
  readonly plugin: ResolvedPlugin;
  readonly projections: readonly Projection[];
  /** What must stand before anything of the plugin runs: its bindings, and the verifications of the plugins it requires. */
  readonly requires: readonly pulumi.Resource[];
}

/**
 * What an environment runs on. An implementation registers the resources that realise each component there, as children
 * of the parent it is given, and names them `<name>-<role>`.
 */
export interface Target {
  /** Realises a binding: keeps the credentials as the plugin will read them, and lets the plugin reach the service. */
  bind(name: string, parts: BindingParts, parent: pulumi.Resource): Projection;
  /** Realises a plugin: brings the release in, waits for it, verifies it, and introduces it to its host. */
  run(name: string, parts: PluginParts, parent: pulumi.Resource): Realised;
}

/** What must hold before something is created. A seam: the engine's mocks know no resource hooks. */
export interface Gate {
  /** Options of the environment's namespace: it must not be somebody else's. */
  readonly namespaceOptions: Pick<pulumi.CustomResourceOptions, "hooks">;
  /** Options of a task: no earlier one of its kind may still run, and one that fails says why. */
  readonly taskOptions: Pick<pulumi.CustomResourceOptions, "hooks">;
  /** Options of what waits for a plugin's services: it says which of them was missing. */
  readonly serviceOptions: Pick<pulumi.CustomResourceOptions, "hooks">;
  /** Options of a workload: one of its name that is still going must have gone. */
  readonly workloadOptions: Pick<pulumi.CustomResourceOptions, "hooks">;
  /** Options of the verification resource that make its creation wait for the rollout it verifies; one that fails says why. */
  readonly verificationOptions: Pick<pulumi.CustomResourceOptions, "hooks">;
}
