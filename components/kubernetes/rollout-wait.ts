import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type KubeConfig, type V1Deployment, Watch } from "@kubernetes/client-node";
import { PatchbayError } from "../../model/index.ts";
import { type Connection, kubeConfig } from "./connection.ts";
import { label } from "./labels.ts";
import { patiently } from "./patience.ts";
import { isObserved, judge, podTroubles } from "./rollout.ts";
import { dropUnusedSecrets, releaseSecrets, tieSecrets } from "./secret-lifetime.ts";

export interface Workload {
  readonly namespace: string;
  readonly name: string;
  /** `metadata.generation` of the change to wait for. */
  readonly generation: number;
}

/** Longest time that one watch stays open, in seconds; the state is read anew after it. */
const watchSeconds = 30;

/** Pause before the state is read anew where watching failed, in milliseconds. */
const watchPause = 1000;

/**
 * Waits until a Deployment has rolled out a generation, or has failed to for certain; its deadline is the Deployment's own
 * `progressDeadlineSeconds`. On the way it looks after the binding Secrets.
 *
 * @param report Takes a line whenever the state has changed.
 * @throws PatchbayError `rollout-failed`, with what the pods say.
 */
export async function waitForRollout(
  connection: Connection,
  workload: Workload,
  report: (line: string) => void,
): Promise<void> {
  const config = kubeConfig(connection);
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  let last = "";
  let tied = false;
  for (;;) {
    const state = await patiently(subject(workload), async () => {
      const deployment = await apps.readNamespacedDeployment(workload);
      const judged = judge(deployment, workload.generation);
      if (!tied && isObserved(deployment, workload.generation)) {
        await tieSecrets(apps, core, deployment);
        tied = true;
      }
      if (judged.phase === "complete") {
        await releaseSecrets(core, deployment);
        await dropUnusedSecrets(apps, core, deployment);
      }
      return { ...judged, deployment };
    });
    if (state.phase === "complete") return;
    if (state.phase === "failed") throw await failure(core, workload, state.detail);
    if (state.detail !== last) report(`${workload.name}: ${state.detail}`);
    last = state.detail;
    await nextChange(config, state.deployment);
  }
}

/** Returns once the Deployment differs from what was read, or after a while. */
async function nextChange(config: KubeConfig, { metadata }: V1Deployment): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${String(metadata?.namespace)}/deployments`;
  const query = {
    fieldSelector: `metadata.name=${String(metadata?.name)}`,
    resourceVersion: metadata?.resourceVersion,
    timeoutSeconds: watchSeconds,
  };
  await new Promise<void>((resolve) => {
    let controller: AbortController | undefined;
    const changed = () => {
      controller?.abort();
      resolve();
    };
    // What goes wrong comes as the watch's end: reading tells why, but not at full speed.
    const ended = (error: unknown) => {
      if (error === undefined || error === null) resolve();
      else void delay(watchPause).then(resolve);
    };
    void new Watch(config).watch(path, query, changed, ended).then((opened) => {
      controller = opened;
    }, ended);
  });
}

function subject({ namespace, name }: Pick<Workload, "namespace" | "name">): string {
  return `Deployment ${namespace}/${name}`;
}

async function failure(core: CoreV1Api, workload: Workload, detail: string): Promise<PatchbayError> {
  const { namespace, name } = workload;
  const labelSelector = `${label.plugin}=${name},${label.role}=workload`;
  const { items } = await patiently(subject(workload), () => core.listNamespacedPod({ namespace, labelSelector }));
  return new PatchbayError([
    {
      code: "rollout-failed",
      file: subject(workload),
      path: "",
      found: [detail, ...podTroubles(items)].join("; "),
      expected: "every pod of the new release ready",
      remedy: `mend the release or its bindings, or go back to the one before, and run pulumi up; kubectl -n ${namespace} describe deployment ${name} shows more`,
    },
  ]);
}
