import type { Peer } from "./network.ts";
import type { Environment } from "./schema/environment.ts";
import type { Release } from "./schema/release.ts";
import type { Strategy } from "./schema/rollout.ts";
import type { Service } from "./schema/service.ts";

/** Everything that an environment is to be: checked, complete, and frozen. Holds no secret. */
export interface Model {
  readonly environment: ResolvedEnvironment;
  /** In dependency order: a plugin stands after all that it requires; by name where that leaves a choice. */
  readonly plugins: readonly ResolvedPlugin[];
}

export interface ResolvedEnvironment extends Environment {
  /** The environment's name: that of its stack. */
  readonly name: string;
}

export interface ResolvedPlugin {
  readonly name: string;
  readonly version: string;
  /** Content address of the release. */
  readonly digest: string;
  readonly release: Release;
  readonly scale: Scale;
  readonly env: Readonly<Record<string, string>>;
  readonly rollout: ResolvedRollout;
  /** By name. */
  readonly bindings: readonly ResolvedBinding[];
}

/** How the release comes in, and when that has failed. */
export interface ResolvedRollout {
  readonly strategy: Strategy;
  /** A rollout that makes no progress for this long has failed, in seconds. */
  readonly deadlineSeconds: number;
  /** Restarts of a container that are put up with. */
  readonly restartLimit: number;
}

/** A fixed number of replicas, or what an autoscaler may choose; `cpu` is the mean use aimed at, in percent. */
export type Scale =
  | { readonly kind: "fixed"; readonly replicas: number }
  | { readonly kind: "auto"; readonly min: number; readonly max: number; readonly cpu: number };

export type ResolvedBinding = ServiceBinding | PluginBinding;

/** An integration point joined to a service of the environment. */
export interface ServiceBinding {
  readonly kind: "service";
  /** The integration point's name. */
  readonly name: string;
  /** Name of the service under `services`. */
  readonly serviceName: string;
  readonly service: Service;
  /** OAuth 2.0 scopes to ask for. */
  readonly scopes: readonly string[];
  /** Where the plugin may send, in order to use the service. */
  readonly peers: readonly Peer[];
}

/** A required plugin, reached in the same environment. */
export interface PluginBinding {
  readonly kind: "plugin";
  /** The required plugin's name, which is the binding's too. */
  readonly name: string;
  readonly version: string;
  readonly port: number;
}
