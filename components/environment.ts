import * as pulumi from "@pulumi/pulumi";
import type { ResolvedEnvironment } from "../model/index.ts";
import { KubernetesTarget } from "./kubernetes/target.ts";
import type { Gate, Target } from "./target.ts";

export interface EnvironmentArgs {
  /** The environment, as `resolve` returns it. */
  readonly environment: ResolvedEnvironment;
  /** Kubernetes: contents of a kubeconfig, or its path. The ambient one (`KUBECONFIG`, `~/.kube/config`), if absent. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Replaces the wait for rollouts; for unit tests, since the engine's mocks know no resource hooks. */
  readonly gate?: Gate;
}

/** Where plugins run: the place they share, closed to everything that no plugin or binding opens. */
export class Environment extends pulumi.ComponentResource {
  static readonly type = "patchbay:index:Environment";

  /** The environment's name, which is its stack's: `dev`. */
  readonly name: string;
  readonly stage: ResolvedEnvironment["stage"];
  /** Realises plugins and bindings in this environment. */
  readonly target: Target;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Environment.type, name, {}, opts); // never args: a kubeconfig would land in the state in plain text
    this.name = args.environment.name;
    this.stage = args.environment.stage;
    this.target = new KubernetesTarget(name, args, this);
    this.registerOutputs({ name: this.name, stage: this.stage });
  }
}
