import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type KubeConfig, type V1ContainerStatus, type V1Pod } from "@kubernetes/client-node";
import { ToolchainError } from "../../toolchain/index.ts";
import type { SystemName } from "./manifests.ts";

const POLL_MILLISECONDS = 250;
const PATIENCE_SECONDS = 120;
/** Reasons for waiting that stay: none of the systems needs another one to start. */
const HOPELESS = new Set(["CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError"]);
const LOG_LINES = 8;

/**
 * Waits until a system's workload is what was last asked for, and ready.
 *
 * @param signal ends the waiting
 * @throws ToolchainError `system-failed` with the reason, and the last lines of the log
 */
export async function untilReady(config: KubeConfig, workload: SystemName, signal: AbortSignal): Promise<void> {
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    if (await isReady(apps, workload)) return;
    const pods = await podsOf(core, workload);
    if (pods.some(isHopeless) || Date.now() > deadline) throw failed(workload, await troubles(core, pods));
    await delay(POLL_MILLISECONDS, undefined, { signal });
  }
}

/** Removes pods that an earlier start left without hope, and that would be tried again ever later: new ones start at once. */
export async function removeHopeless(config: KubeConfig, workload: SystemName): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  const hopeless = (await podsOf(core, workload)).filter(isHopeless);
  const names = hopeless.map(({ metadata }) => metadata?.name ?? "");
  const { namespace } = workload;
  await Promise.all(names.map((name) => core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 })));
}

async function isReady(apps: AppsV1Api, workload: SystemName): Promise<boolean> {
  const { metadata, spec, status } = await apps.readNamespacedDeployment(workload);
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  // All pods that there are, those that are asked for, and those that are ready: the same.
  const counts = [status?.replicas, status?.updatedReplicas, status?.readyReplicas];
  return isCurrent && counts.every((count) => count === spec?.replicas);
}

async function podsOf(core: CoreV1Api, { name, namespace }: SystemName): Promise<V1Pod[]> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${name}` });
  return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

function isHopeless(pod: V1Pod): boolean {
  return containers(pod).some(({ state }) => HOPELESS.has(state?.waiting?.reason ?? ""));
}

function containers({ status }: V1Pod): V1ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

async function troubles(core: CoreV1Api, pods: readonly V1Pod[]): Promise<string> {
  const found = await Promise.all(
    pods.flatMap((pod) => containers(pod).map((container) => trouble(core, pod, container))),
  );
  const said = found.filter((text) => text !== undefined);
  return said.length > 0 ? said.join("; ") : `${String(pods.length)} pods, none of them ready`;
}

async function trouble(
  core: CoreV1Api,
  { metadata }: V1Pod,
  container: V1ContainerStatus,
): Promise<string | undefined> {
  const { name, ready, state } = container;
  if (ready || state?.terminated?.exitCode === 0) return undefined;
  const reason = state?.waiting?.reason ?? "not ready";
  const message = state?.waiting?.message;
  // Of a crash the log says more than the kubelet.
  const why = message === undefined || reason === "CrashLoopBackOff" ? reason : `${reason}: ${message}`;
  const log = await core
    .readNamespacedPodLog({
      name: metadata?.name ?? "",
      namespace: metadata?.namespace ?? "",
      container: name,
      tailLines: LOG_LINES,
    })
    .catch(() => ""); // it never ran
  return [`${name}: ${why}`, ...log.trim().split("\n")].filter((line) => line !== "").join(" / ");
}

function failed({ name, namespace }: SystemName, found: string): ToolchainError {
  return new ToolchainError({
    code: "system-failed",
    problem: `The shop's system ${name} does not start`,
    found,
    expected: "it to be ready within seconds",
    remedy: `see kubectl describe pods --namespace ${namespace} --selector app=${name}`,
  });
}
