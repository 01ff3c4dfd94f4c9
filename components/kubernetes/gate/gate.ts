import * as pulumi from "@pulumi/pulumi";
import { PatchbayError } from "../../../model/index.ts";
import type { Gate } from "../../target.ts";
import { annotation, label } from "../labels.ts";
import type { Connection } from "./connection.ts";
import type { WorkloadKind } from "./workload.ts";

export interface Cluster {
  /** Contents of a kubeconfig, or its path; the ambient one, if absent. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** The kubeconfig's current context, if absent. */
  readonly context?: string;
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

type Check = (connection: Connection, metadata: Metadata) => Promise<void>;

/**
 * Hooks around the creation of a resource, which ask the cluster itself. What a hook before it finds wrong fails that resource,
 * so that the next update tries again; an error in a hook after an update would be forgotten. A Job that failed has its pods'
 * last words printed.
 *
 * The first one that runs loads the cluster's client: previews, and updates that create nothing of the kind, do without it.
 */
export function clusterGate(name: string, cluster: Cluster): Gate {
  const connected = async () => ({ kubeconfig: await promised(cluster.kubeconfig), context: cluster.context });
  const before = (role: string, check: Check) => [
    new pulumi.ResourceHook(`${name}-${role}`, async ({ newInputs }) => {
      await check(await connected(), metadataOf(newInputs));
    }),
  ];
  const onError = [
    new pulumi.ErrorHook(`${name}-failed-job`, async ({ newInputs, name: resource }) => {
      await explainJob(await connected(), metadataOf(newInputs), resource).catch(() => undefined);
      return false;
    }),
  ];
  return {
    namespaceOptions: { hooks: { beforeCreate: before("namespace", checkNamespace) } },
    serviceOptions: { hooks: { onError } },
    taskOptions: { hooks: { beforeCreate: before("task", awaitEarlierTasks), onError } },
    workloadOptions: { hooks: { beforeCreate: before("workload", awaitFormerGone) } },
    verificationOptions: { hooks: { beforeCreate: before("rollout", awaitRollout), onError } },
  };
}

function metadataOf(inputs: unknown): Metadata {
  return (inputs as { metadata?: Metadata } | undefined)?.metadata ?? {};
}

const checkNamespace: Check = async (connection, { name, labels }) => {
  const { assertNamespaceFree } = await import("./namespace-owner.ts");
  await assertNamespaceFree(connection, known(name, "name"), known(labels?.[label.environment], label.environment));
};

const awaitEarlierTasks: Check = async (connection, { namespace, labels }) => {
  const { waitForEarlierTasks } = await import("./task-wait.ts");
  const plugin = known(labels?.[label.plugin], label.plugin);
  const task = known(labels?.[label.task], label.task);
  await waitForEarlierTasks(connection, { namespace: known(namespace, "namespace"), plugin, task }, show);
};

const awaitRollout: Check = async (connection, { namespace, annotations }) => {
  const { waitForRollout } = await import("./wait.ts");
  const read = (key: string) => known(annotations?.[key], key);
  const awaited = {
    namespace: known(namespace, "namespace"),
    name: read(annotation.workload),
    kind: workloadKind(read(annotation.workloadKind)),
    generation: Number(read(annotation.workloadGeneration)),
    restartLimit: Number(read(annotation.restartLimit)),
  };
  await waitForRollout(connection, awaited, show);
};

const awaitFormerGone: Check = async (connection, { name, namespace, annotations }) => {
  const { waitUntilGone } = await import("./former.ts");
  const kind = workloadKind(known(annotations?.[annotation.workloadKind], annotation.workloadKind));
  await waitUntilGone(connection, kind, { namespace: known(namespace, "namespace"), name: known(name, "name") }, show);
};

function workloadKind(text: string): WorkloadKind {
  return text === "Rollout" ? "Rollout" : "Deployment";
}

/** Prints the last words of a Job that the engine saw fail: it names the Job, and not why. */
async function explainJob(connection: Connection, { namespace, labels }: Metadata, resource: string): Promise<void> {
  const { failedJobLogs } = await import("./failed-job.ts");
  const plugin = known(labels?.[label.plugin], label.plugin);
  const lines = await failedJobLogs(connection, { namespace: known(namespace, "namespace"), plugin, prefix: resource });
  if (lines.length > 0)
    await pulumi.log.error(`${resource} failed\n${lines.map((line) => `    | ${line}`).join("\n")}`);
}

/** A line that the engine shows while it waits, and does not keep. */
function show(line: string): void {
  void pulumi.log.info(line, undefined, undefined, true);
}

/** Part of the metadata that Patchbay itself has set; a transform of the user's may have lost it. */
function known(value: string | undefined, key: string): string {
  if (value !== undefined) return value;
  throw new PatchbayError([
    {
      code: "rollout-failed",
      file: "metadata",
      path: key,
      found: "nothing",
      expected: `the ${key} that Patchbay sets`,
      remedy: "remove whatever transforms the metadata of Patchbay's objects",
    },
  ]);
}

function promised<T>(input: pulumi.Input<T> | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    pulumi.output(input).apply((value) => {
      resolve(value as T | undefined);
    });
  });
}
