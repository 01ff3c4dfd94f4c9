import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResolvedBinding } from "../model/index.ts";
import type { Environment } from "./environment.ts";
import type { Credentials, Projection } from "./target.ts";

export interface BindingArgs {
  /** Where the binding lives; its target realises it. */
  readonly environment: Environment;
  /** Name of the plugin that is bound. */
  readonly plugin: string;
  /** The integration point joined to its service, as `resolve` returns it. */
  readonly binding: ResolvedBinding;
  /** What the service asks for: `{ username, password }`, `{ clientId, clientSecret }`, … Always treated as secret. */
  readonly credentials?: pulumi.Input<Credentials>;
  /**
   * Whether replaced credentials stay until no pod can be gone back to that uses them. A Plugin asks for it, since its rollout
   * clears them up. Default: false, they go with the update that replaces them.
   */
  readonly kept?: boolean;
}

/**
 * One integration point of a plugin joined to one service of an environment: what the plugin needs to reach it
 * ({@link projection}), and the network opened for just that.
 */
export class Binding extends pulumi.ComponentResource {
  static readonly type = "patchbay:index:Binding";

  /** The component's name: plugin and integration point, as in `payment-gateway--orders`. */
  readonly name: string;
  /** Files to mount under `$SERVICE_BINDING_ROOT/<name>`, in the Service Binding format (spec 1.1.0). */
  readonly projection: Projection;
  /** The key that both sides of a webhook sign with, for whoever sets up the other side (`whsec_…`, Standard Webhooks 1.0.0). Secret. */
  readonly signingKey?: pulumi.Output<string>;

  constructor(name: string, args: BindingArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Binding.type, name, {}, opts); // never args: a plain credential would land in the state
    this.name = name;
    const given = pulumi.secret(args.credentials ?? {});
    const credentials = isSigned(args.binding) ? this.withSigningKey(name, given) : given;
    if (isSigned(args.binding)) this.signingKey = pulumi.secret(credentials.apply(({ key }) => key ?? ""));
    this.projection = args.environment.target.bind(
      name,
      { owner: args.plugin, binding: args.binding, credentials, kept: args.kept ?? false },
      this,
    );
    this.registerOutputs({ source: this.projection.source });
  }

  /** The key that a webhook's sender and receiver share: the one given, or one that Patchbay issues and keeps. */
  private withSigningKey(name: string, given: pulumi.Output<Credentials>): pulumi.Output<Credentials> {
    const issued = new random.RandomBytes(`${name}-key`, { length: 32 }, { parent: this });
    return pulumi.secret(
      pulumi
        .all([given, issued.base64])
        .apply(([credentials, key]): Credentials => ({ key: `whsec_${key}`, ...credentials })),
    );
  }
}

function isSigned(binding: ResolvedBinding): boolean {
  return binding.kind === "service" && binding.service.type === "http" && binding.service.auth.type === "webhook";
}
