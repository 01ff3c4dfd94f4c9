import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Check, seconds } from "../../model/index.ts";
import { serviceUrl } from "./binding.ts";
import { annotation, ownLabels } from "./labels.ts";
import { container, literal, type PodContext, podBase, podLabels } from "./pod.ts";
import { serviceName } from "./services.ts";
import { workloadKindOf } from "./workload.ts";

type Job = types.input.batch.v1.Job;

/**
 * Runs the checks of a verification where an environment names no image of its own. Contract: docs/reference/verifier.md. Ours
 * is not published yet, and it gets every binding of every plugin: so the name is in a domain that nobody can own (RFC 2606),
 * and the digest says what is meant (`npm run images` prints it; the build is reproducible).
 */
export const defaultVerifier =
  "registry.example.com/patchbay/verifier@sha256:7457a032669226a4904cbf544c2f1a77eb1dd07ac2f70a2ec6716142f6b2c9d8";

/** A request that must be answered as expected. */
export interface PlannedCheck {
  readonly path: string;
  readonly status: number;
  readonly timeoutSeconds: number;
  readonly body?: { readonly contains: string } | { readonly matches: string };
  /** Slowest answer that is good enough. */
  readonly latencySeconds?: number;
}

/** What the verifier is to prove, as it reads it from `PATCHBAY_VERIFICATION`. Holds no secret: bindings are files. */
export interface VerificationPlan {
  readonly plugin: string;
  readonly version: string;
  /** The address in the cluster that is tested. */
  readonly url: string;
  readonly checks: readonly PlannedCheck[];
  /** Names of the bindings to probe, as folders under `$SERVICE_BINDING_ROOT`. */
  readonly bindings: readonly string[];
  /** How long `wait` waits for services that are not available yet. */
  readonly waitSeconds: number;
}

export function verificationPlan({ environment, plugin }: PodContext, url: string): VerificationPlan {
  const { http, verify } = plugin.release;
  const wait = environment.verifier.waitForServices;
  return {
    plugin: plugin.name,
    version: plugin.version,
    url,
    checks: [{ path: http.ready, status: 200, timeoutSeconds: 5 }, ...verify.flatMap(plannedCheck)],
    bindings: plugin.bindings.map(({ name }) => name),
    waitSeconds: wait === false ? 0 : seconds(wait),
  };
}

function plannedCheck({ get, expect, timeout, body, latency }: Check): PlannedCheck[] {
  if (get === undefined) return [];
  const { contains, matches } = body ?? {};
  return [
    {
      path: get,
      status: expect,
      timeoutSeconds: seconds(timeout),
      ...(contains !== undefined && { body: { contains } }),
      ...(matches !== undefined && { body: { matches } }),
      ...(latency !== undefined && { latencySeconds: seconds(latency) }),
    },
  ];
}

/** Where a plugin is verified after its rollout: where only pods of the new release answer, if there is such a place. */
export function verifiedUrl({ environment, plugin }: PodContext): string {
  const { namespace } = environment.target;
  const service = plugin.rollout.strategy.kind === "canary" ? serviceName(plugin.name, "canary") : plugin.name;
  return serviceUrl(service, namespace);
}

/**
 * The verification: a Job whose inputs change with release, configuration and bindings (their Secrets are named after
 * their content), and with the workload's generation, so that going back to a release is verified as well. A failed one
 * is replaced by the next update (`pulumi.com/replaceUnready`) instead of counting as unchanged.
 */
export function verificationArgs(context: PodContext, workloadGeneration: pulumi.Input<string>): Job {
  const { environment, plugin } = context;
  return {
    metadata: {
      namespace: environment.target.namespace,
      labels: ownLabels(plugin.name),
      annotations: {
        "pulumi.com/replaceUnready": "true",
        [annotation.digest]: plugin.digest,
        [annotation.workload]: plugin.name,
        [annotation.workloadKind]: workloadKindOf(plugin).kind,
        [annotation.workloadGeneration]: workloadGeneration,
        [annotation.restartLimit]: String(plugin.rollout.restartLimit),
      },
    },
    spec: verificationSpec(context, verifiedUrl(context), { [annotation.workloadGeneration]: workloadGeneration }),
  };
}

/** What proves a release at an address: the verifier, and then the release's suites. */
export function verificationSpec(
  context: PodContext,
  url: string,
  annotations: Readonly<Record<string, pulumi.Input<string>>> = {},
): types.input.batch.v1.JobSpec {
  const { environment, plugin } = context;
  const verifier = verifierContainer(context, "verify", url);
  const suites = plugin.release.verify.flatMap(({ suite }) => (suite === undefined ? [] : [suite]));
  const containers = suites.map(({ image, command, args }, index) =>
    container(
      context,
      {
        name: `suite-${String(index + 1)}`,
        image: image ?? plugin.release.image,
        args: args.map(literal),
        ...(command && { command: command.map(literal) }),
      },
      { PATCHBAY_URL: url },
    ),
  );
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: Math.max(1, Math.ceil(seconds(environment.verifier.timeout))),
    template: {
      metadata: { labels: podLabels(plugin.name, "verification"), annotations },
      spec: {
        ...podBase(context),
        restartPolicy: "Never",
        ...(containers.length > 0 ? { initContainers: [verifier], containers } : { containers: [verifier] }),
      },
    },
  };
}

/**
 * Waits for the services that a plugin is bound to, before anything of the release runs: a service that comes up late delays a
 * rollout instead of failing it. Nothing where there is no service to wait for.
 */
export function servicesArgs(context: PodContext): Job | undefined {
  const { environment, plugin } = context;
  const wait = environment.verifier.waitForServices;
  if (wait === false || !plugin.bindings.some(({ kind }) => kind === "service")) return undefined;
  // The container gets a moment to start and to say what is missing.
  const grace = 30;
  return {
    metadata: {
      namespace: environment.target.namespace,
      labels: ownLabels(plugin.name),
      annotations: { "pulumi.com/replaceUnready": "true", [annotation.digest]: plugin.digest },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: seconds(wait) + grace,
      template: {
        metadata: { labels: podLabels(plugin.name, "services") },
        spec: {
          ...podBase(context),
          restartPolicy: "Never",
          containers: [verifierContainer(context, "wait", serviceUrl(plugin.name, environment.target.namespace))],
        },
      },
    },
  };
}

function verifierContainer(
  context: PodContext,
  command: "verify" | "wait",
  url: string,
): types.input.core.v1.Container {
  const image = context.environment.verifier.image ?? defaultVerifier;
  return container(
    context,
    { name: "verifier", image, args: [command] },
    { PATCHBAY_VERIFICATION: JSON.stringify(verificationPlan(context, url)) },
  );
}
