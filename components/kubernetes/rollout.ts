import type { V1Deployment, V1Pod } from "@kubernetes/client-node";

/** How far a rollout has come. */
export type RolloutState =
  | { readonly phase: "progressing"; readonly detail: string }
  | { readonly phase: "complete" }
  | { readonly phase: "failed"; readonly detail: string };

/**
 * Judges a Deployment's rollout of one generation: that of *this* change, since the status of an earlier one says that all is
 * well (`kubectl rollout status` looks at the same fields).
 */
export function judge(deployment: V1Deployment, generation: number): RolloutState {
  const { spec, status } = deployment;
  if (!isObserved(deployment, generation)) return { phase: "progressing", detail: "waiting for the controller" };
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const replicas = status?.replicas ?? 0;
  // First of all: going back to pods that never left is complete at once, while the condition still tells of the failure.
  if (updated >= wanted && replicas <= updated && available >= updated) return { phase: "complete" };
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    // Pods that quota or Pod Security refuse never exist, so that none of them can say why.
    const refusal = status?.conditions?.find((one) => one.type === "ReplicaFailure" && one.status === "True")?.message;
    const deadline = `no progress within ${String(spec?.progressDeadlineSeconds ?? 600)} s (ProgressDeadlineExceeded)`;
    return { phase: "failed", detail: refusal === undefined ? deadline : `${deadline}: ${refusal}` };
  }
  if (updated < wanted)
    return { phase: "progressing", detail: `${String(updated)} of ${String(wanted)} pods replaced` };
  if (replicas > updated) return { phase: "progressing", detail: `${String(replicas - updated)} old pods still there` };
  return { phase: "progressing", detail: `${String(available)} of ${String(updated)} pods ready` };
}

/** Whether the controller has seen a generation: its ReplicaSet is there then, whatever becomes of its pods. */
export function isObserved({ status }: V1Deployment, generation: number): boolean {
  return (status?.observedGeneration ?? 0) >= generation;
}

/** Why pods do not run, one line each; what several say alike stands once. */
export function podTroubles(pods: readonly V1Pod[]): string[] {
  const lines = pods.flatMap(({ status }) => {
    const waiting = (status?.containerStatuses ?? []).flatMap(({ name, state }) =>
      state?.waiting?.reason === undefined
        ? []
        : [
            `container ${name}: ${state.waiting.reason}${state.waiting.message === undefined ? "" : `: ${state.waiting.message}`}`,
          ],
    );
    const unmet = (status?.conditions ?? []).flatMap(({ type, status: met, reason, message }) =>
      met === "False" && (type === "PodScheduled" || type === "Ready")
        ? [
            `${type} is false${reason === undefined ? "" : ` (${reason})`}${message === undefined ? "" : `: ${message}`}`,
          ]
        : [],
    );
    return waiting.length > 0 ? waiting : unmet;
  });
  return [...new Set(lines)];
}
