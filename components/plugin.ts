import * as pulumi from "@pulumi/pulumi";
import type { ResolvedBinding, ResolvedPlugin } from "../model/index.ts";
import { Binding } from "./binding.ts";
import type { Environment } from "./environment.ts";
import type { Credentials } from "./target.ts";

export interface PluginArgs {
  /** Where the plugin runs. */
  readonly environment: Environment;
  /** The plugin's release and bindings, as `resolve` returns them. */
  readonly plugin: ResolvedPlugin;
  /** Credentials by service, as in `patchbay:credentials`; those that the plugin's bindings need are taken from it. Always treated as secret. */
  readonly credentials?: pulumi.Input<Readonly<Record<string, Credentials>>>;
  /** The plugins that this one requires: it rolls out once they are verified. */
  readonly requires?: readonly Plugin[];
}

/** A release of a plugin in an environment: rolled out, wired to its services, verified, and known to its host. */
export class Plugin extends pulumi.ComponentResource {
  static readonly type = "patchbay:index:Plugin";

  /** Address at which other plugins of the environment reach it. */
  readonly url: pulumi.Output<string>;
  /** Exists once rollout and verification succeeded. */
  readonly verification: pulumi.Resource;
  /** By integration point, required plugins included. */
  readonly bindings: ReadonlyMap<string, Binding>;

  constructor(name: string, args: PluginArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Plugin.type, name, {}, opts); // never args: credentials would land in the state
    const { environment, plugin, requires = [] } = args;
    const credentials = pulumi.secret(args.credentials ?? {});
    this.bindings = new Map(
      plugin.bindings.map((binding) => [binding.name, this.bind(name, plugin.name, binding, environment, credentials)]),
    );
    const projections = [...this.bindings.values()].map(({ projection }) => projection);
    // A task that ran before its binding's network is open would fail, and an update tries it only once.
    const awaited = [...this.bindings.values(), ...requires.map(({ verification }) => verification)];
    const realised = environment.target.run(name, { plugin, projections, requires: awaited }, this);
    this.url = realised.url;
    this.verification = realised.verification;
    this.registerOutputs({ url: this.url });
  }

  private bind(
    name: string,
    plugin: string,
    binding: ResolvedBinding,
    environment: Environment,
    all: pulumi.Output<Readonly<Record<string, Credentials>>>,
  ): Binding {
    // Two hyphens, which no name contains: "a" bound to "b-c" and "a-b" bound to "c" must not share a name.
    const bindingName = `${name}--${binding.name}`;
    const credentials =
      binding.kind === "service" ? all.apply((byService) => byService[binding.serviceName] ?? {}) : undefined;
    return new Binding(
      bindingName,
      { environment, plugin, binding, kept: true, ...(credentials && { credentials }) },
      { parent: this },
    );
  }
}
