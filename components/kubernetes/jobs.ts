import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { seconds, type Task } from "../../model/index.ts";
import { pluginUrl } from "./binding.ts";
import { annotation, label, ownLabels } from "./labels.ts";
import { container, literal, type PodContext, podBase, podLabels } from "./pod.ts";

type Job = types.input.batch.v1.Job;

/**
 * Runs the checks of a verification where an environment names no image of its own. Contract: docs/reference/verifier.md. Ours
 * is not published yet, and it gets every binding of every plugin: so the name is in a domain that nobody can own (RFC 2606).
 */
export const defaultVerifier = "registry.example.com/patchbay/verifier:0.1.0";

/**
 * A release's task as a Job, of the release's image unless it names one. An update tries it once: a migration may not bear
 * more. One that failed is run anew by the next update, which somebody asks for; otherwise it would fail for ever.
 */
export function taskArgs(context: PodContext, task: Task): Job {
  const { environment, plugin } = context;
  return {
    metadata: {
      namespace: environment.target.namespace,
      labels: { ...ownLabels(plugin.name), [label.task]: task.name },
      annotations: { "pulumi.com/replaceUnready": "true", [annotation.digest]: plugin.digest },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Math.ceil(seconds(task.timeout))),
      template: {
        metadata: { labels: podLabels(plugin.name, "task") },
        spec: {
          ...podBase(context),
          restartPolicy: "Never",
          containers: [
            container(context, {
              name: "task",
              image: task.image ?? plugin.release.image,
              args: task.args.map(literal),
              ...(task.command && { command: task.command.map(literal) }),
            }),
          ],
        },
      },
    },
  };
}

/** What the verifier is to prove, as it reads it from `PATCHBAY_VERIFICATION`. Holds no secret: bindings are files. */
export interface VerificationPlan {
  readonly plugin: string;
  readonly version: string;
  /** The plugin's address in the cluster. */
  readonly url: string;
  readonly checks: readonly { readonly path: string; readonly status: number; readonly timeoutSeconds: number }[];
  /** Names of the bindings to probe, as folders under `$SERVICE_BINDING_ROOT`. */
  readonly bindings: readonly string[];
}

export function verificationPlan({ environment, plugin }: PodContext): VerificationPlan {
  const { http, verify } = plugin.release;
  const ready = { path: http.ready, status: 200, timeoutSeconds: 5 };
  return {
    plugin: plugin.name,
    version: plugin.version,
    url: pluginUrl(plugin.name, environment.target.namespace),
    checks: [
      ready,
      ...verify.map(({ get, expect, timeout }) => ({ path: get, status: expect, timeoutSeconds: seconds(timeout) })),
    ],
    bindings: plugin.bindings.map(({ name }) => name),
  };
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
        [annotation.workloadGeneration]: workloadGeneration,
      },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Math.ceil(seconds(environment.verifier.timeout))),
      template: {
        metadata: {
          labels: podLabels(plugin.name, "verification"),
          annotations: { [annotation.workloadGeneration]: workloadGeneration },
        },
        spec: {
          ...podBase(context),
          restartPolicy: "Never",
          containers: [verifierContainer(context)],
        },
      },
    },
  };
}

function verifierContainer(context: PodContext): types.input.core.v1.Container {
  const image = context.environment.verifier.image ?? defaultVerifier;
  const { env, ...rest } = container(context, { name: "verifier", image, args: ["verify"] });
  const plan = { name: "PATCHBAY_VERIFICATION", value: literal(JSON.stringify(verificationPlan(context))) };
  return { ...rest, env: [...(env as types.input.core.v1.EnvVar[]), plan] };
}
