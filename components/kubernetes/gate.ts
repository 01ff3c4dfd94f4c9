import * as pulumi from "@pulumi/pulumi";
import { PatchbayError } from "../../model/index.ts";
import type { Gate } from "../target.ts";
import type { Connection } from "./connection.ts";
import { annotation, label } from "./labels.ts";

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
 * Hooks before the creation of a resource, which ask the cluster itself. What such a hook finds wrong fails that resource, so
 * that the next update tries again; an error in a hook after an update would be forgotten.
 *
 * The first one that runs loads the cluster's client: previews, and updates that create nothing of the kind, do without it.
 */
export function clusterGate(name: string, cluster: Cluster): Gate {
  const hook = (role: string, check: Check): Pick<pulumi.CustomResourceOptions, "hooks"> => {
    const before = new pulumi.ResourceHook(`${name}-${role}`, async ({ newInputs }) => {
      const connection = { kubeconfig: await promised(cluster.kubeconfig), context: cluster.context };
      await check(connection, (newInputs as { metadata?: Metadata } | undefined)?.metadata ?? {});
    });
    return { hooks: { beforeCreate: [before] } };
  };
  return {
    namespaceOptions: hook("namespace", checkNamespace),
    taskOptions: hook("task", awaitEarlierTasks),
    verificationOptions: hook("rollout", awaitRollout),
  };
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
  const { waitForRollout } = await import("./rollout-wait.ts");
  const name = known(annotations?.[annotation.workload], annotation.workload);
  const generation = Number(known(annotations?.[annotation.workloadGeneration], annotation.workloadGeneration));
  await waitForRollout(connection, { namespace: known(namespace, "namespace"), name, generation }, show);
};

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
