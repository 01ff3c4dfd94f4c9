import { failed, type Judgement, progressing } from "./judgement.ts";
import type { AnalysisStatus, RolloutObject } from "./workload.ts";

/**
 * Judges a Rollout's rollout of one generation. Its phase alone tells nothing: until the controller has seen the change, it is
 * that of the change before; and hashes are equal from the start where there was no release before.
 */
export function judgeRollout({ spec, status = {} }: RolloutObject, generation: number): Judgement {
  if (Number(status.observedGeneration ?? 0) < generation) return progressing("waiting for the controller");
  const wanted = spec?.replicas ?? 1;
  const { phase, abort, currentPodHash, stableRS, message = "no reason given", availableReplicas = 0 } = status;
  if (phase === "Degraded") {
    // An abort that was cleared stays in the message until the controller has looked again.
    if (abort !== true && message.startsWith("RolloutAborted")) return progressing("clearing an earlier abort");
    return failed(message);
  }
  const promoted = stableRS !== undefined && stableRS === currentPodHash;
  if (phase === "Healthy" && promoted && availableReplicas >= wanted) return { phase: "complete" };
  return progressing(progressOf({ spec, status } as RolloutObject, wanted));
}

/** `step 2 of 5, weight 25 %, analysis running, pods 3/4` */
function progressOf({ spec, status }: RolloutObject, wanted: number): string {
  const steps = spec?.strategy?.canary?.steps ?? [];
  const index = status?.currentStepIndex;
  const parts = [
    ...(index !== undefined && status?.stableRS !== "" && steps.length > 0 ? stepParts(steps, index) : []),
    ...analysisParts(status?.canary ?? {}),
    ...analysisParts(status?.blueGreen ?? {}),
    `pods ${String(status?.updatedReplicas ?? 0)}/${String(wanted)}`,
  ];
  return parts.join(", ");
}

type Steps = NonNullable<NonNullable<NonNullable<RolloutObject["spec"]>["strategy"]>["canary"]>["steps"];

function stepParts(steps: NonNullable<Steps>, index: number): string[] {
  if (index >= steps.length) return ["every step passed, weight 100 %"];
  const step = steps[index];
  const weights = steps.slice(0, index + 1).flatMap(({ setWeight }) => setWeight ?? []);
  return [
    `step ${String(index + 1)} of ${String(steps.length)}`,
    ...(step?.experiment === undefined ? [] : ["verification before any traffic"]),
    ...(step?.pause?.duration === undefined ? [] : [`pause of ${step.pause.duration}`]),
    `weight ${String(weights.at(-1) ?? 0)} %`,
  ];
}

const analyses = {
  currentStepAnalysisRunStatus: "analysis",
  currentBackgroundAnalysisRunStatus: "background analysis",
  prePromotionAnalysisRunStatus: "verification before the switch",
  postPromotionAnalysisRunStatus: "analysis after the switch",
} as const;

function analysisParts(status: { readonly [Key in keyof typeof analyses]?: AnalysisStatus }): string[] {
  return Object.entries(analyses).flatMap(([key, title]) => {
    const said = status[key as keyof typeof analyses]?.status;
    if (said === undefined) return [];
    return [`${title} ${said === "" ? "pending" : said.toLowerCase()}`];
  });
}
