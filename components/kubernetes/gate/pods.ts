import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

export interface Trouble {
  readonly pod: string;
  readonly container: string;
  readonly detail: string;
}

/** What a registry says of an image that will not come, however often it is asked. */
const hopeless = /not found|manifest unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i;

/** Reasons for which the kubelet tries again and again, although the pod itself is wrong. */
const misconfigured = new Set(["InvalidImageName", "CreateContainerConfigError", "ErrImageNeverPull"]);

/** Time in which a registry may come back, in seconds: the kubelet has tried a second time by then. */
const registryPatience = 15;

/**
 * Why a pod will certainly not get ready; nothing as long as it may. A container that restarts now and then is not in trouble:
 * only one that waits for its next start, having used up its restarts.
 */
export function certainTrouble(pod: V1Pod, restartLimit: number, now = Date.now()): Trouble | undefined {
  if (pod.metadata?.deletionTimestamp !== undefined) return undefined;
  const since = (now - (pod.status?.startTime?.getTime() ?? now)) / 1000;
  for (const status of containersOf(pod)) {
    const detail = certainly(status, restartLimit, since);
    if (detail !== undefined) return { pod: pod.metadata?.name ?? "", container: status.name, detail };
  }
  return undefined;
}

function certainly({ state, restartCount, lastState }: V1ContainerStatus, restartLimit: number, since: number) {
  const reason = state?.waiting?.reason ?? "";
  const message = state?.waiting?.message ?? "";
  if (misconfigured.has(reason)) return `${reason}: ${message}`;
  if (reason === "ErrImagePull" || reason === "ImagePullBackOff") {
    const certain = hopeless.test(message) || (reason === "ImagePullBackOff" && since > registryPatience);
    return certain ? `${reason}: ${message}` : undefined;
  }
  if (reason !== "CrashLoopBackOff" || restartCount < restartLimit) return undefined;
  const { exitCode, reason: ended } = lastState?.terminated ?? {};
  const how = exitCode === undefined ? "" : `, last with exit code ${String(exitCode)} (${ended ?? "no reason"})`;
  return `CrashLoopBackOff: it has been restarted ${String(restartCount)} times${how}`;
}

/** Why pods do not run, one line each; what several say alike stands once. */
export function podTroubles(pods: readonly V1Pod[]): string[] {
  const lines = pods.flatMap((pod) => {
    const waiting = containersOf(pod).flatMap(({ name, state }) => {
      const why = state?.waiting;
      return why?.reason === undefined ? [] : [`container ${name}: ${withMessage(why.reason, why.message)}`];
    });
    return waiting.length > 0 ? waiting : unmetConditions(pod);
  });
  return [...new Set(lines)];
}

function unmetConditions({ status }: V1Pod): string[] {
  return (status?.conditions ?? []).flatMap(({ type, status: met, reason, message }) => {
    if (met !== "False" || (type !== "PodScheduled" && type !== "Ready")) return [];
    return [withMessage(reason === undefined ? `${type} is false` : `${type} is false (${reason})`, message)];
  });
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: met }) => type === "Ready" && met === "True") ?? false;
}

function containersOf({ status }: V1Pod): V1ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function withMessage(reason: string, message: string | undefined): string {
  return message === undefined || message === "" ? reason : `${reason}: ${message}`;
}
