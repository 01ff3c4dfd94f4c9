import { failed, type Judgement, progressing } from "./judgement.ts";
import type { DeploymentObject } from "./workload.ts";

/**
 * Judges a Deployment's rollout of one generation: that of *this* change, since the status of an earlier one says that all is
 * well (`kubectl rollout status` looks at the same fields).
 */
export function judgeDeployment(deployment: DeploymentObject, generation: number): Judgement {
  const { spec, status } = deployment;
  if ((status?.observedGeneration ?? 0) < generation) return progressing("waiting for the controller");
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const replicas = status?.replicas ?? 0;
  // First of all: going back to pods that never left is complete at once, while the condition still tells of the failure.
  if (updated >= wanted && replicas <= updated && available >= updated) return { phase: "complete" };
  if (deadlineExceeded(deployment) !== undefined) {
    // Pods that quota or Pod Security refuse never exist, so that none of them can say why.
    const refusal = status?.conditions?.find((one) => one.type === "ReplicaFailure" && one.status === "True")?.message;
    const deadline = `no progress within ${String(spec?.progressDeadlineSeconds ?? 600)} s (ProgressDeadlineExceeded)`;
    return failed(refusal === undefined ? deadline : `${deadline}: ${refusal}`);
  }
  if (updated < wanted) return progressing(`${String(updated)} of ${String(wanted)} pods replaced`);
  if (replicas > updated) return progressing(`${String(replicas - updated)} old pods still there`);
  return progressing(`${String(available)} of ${String(updated)} pods ready`);
}

/** When the controller said that the deadline is over, as it says it; nothing where it does not. */
export function deadlineExceeded({ status }: DeploymentObject): string | undefined {
  const condition = status?.conditions?.find(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
  return condition && (condition.lastUpdateTime?.toISOString() ?? "once");
}
