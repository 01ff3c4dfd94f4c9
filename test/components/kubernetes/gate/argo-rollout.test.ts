import { describe, expect, test } from "vitest";
import { judgeRollout } from "../../../../components/kubernetes/gate/argo-rollout.ts";
import type { RolloutObject } from "../../../../components/kubernetes/gate/workload.ts";

const steps = [
  { experiment: {} },
  { setWeight: 25 },
  { pause: { duration: "60s" } },
  { analysis: {} },
  { setWeight: 50 },
];

/** A Rollout as the API server gives it: four replicas, in the middle of a canary, unless said otherwise. */
function rollout(status?: object, spec: object = { replicas: 4, strategy: { canary: { steps } } }): RolloutObject {
  return { spec, status } as unknown as RolloutObject;
}

const healthy = {
  observedGeneration: "4",
  phase: "Healthy",
  currentPodHash: "new",
  stableRS: "new",
  availableReplicas: 4,
  updatedReplicas: 4,
  currentStepIndex: 5,
};
const midway = {
  ...healthy,
  phase: "Progressing",
  stableRS: "old",
  updatedReplicas: 1,
  currentStepIndex: 1,
};

describe("a Rollout", () => {
  test("is complete once the controller has seen the change, promoted it, and has its pods", () => {
    expect(judgeRollout(rollout(healthy), 4)).toEqual({ phase: "complete" });
    expect(judgeRollout(rollout({ ...healthy, observedGeneration: "5" }), 4)).toEqual({ phase: "complete" });
  });

  test.each<[string, object | undefined, string]>([
    ["it has no status", undefined, "waiting for the controller"],
    ["it is well, but before this change", { ...healthy, observedGeneration: "3" }, "waiting for the controller"],
    [
      "it failed, but before this change",
      { ...healthy, observedGeneration: "3", phase: "Degraded", abort: true, message: "RolloutAborted: x" },
      "waiting for the controller",
    ],
    [
      "an abort was cleared, and the controller still tells of it",
      { ...midway, phase: "Degraded", message: "RolloutAborted: x" },
      "clearing an earlier abort",
    ],
    [
      "the hashes are equal from the start, with nothing available",
      { ...healthy, availableReplicas: 0, updatedReplicas: 0 },
      "every step passed, weight 100 %, pods 0/4",
    ],
    [
      "it calls itself well before its pods are promoted",
      { ...healthy, stableRS: "old" },
      "every step passed, weight 100 %, pods 4/4",
    ],
    ["it has its first release", { ...midway, stableRS: "", currentStepIndex: 5, updatedReplicas: 2 }, "pods 2/4"],
  ])("goes on where %s", (_, status, detail) => {
    expect(judgeRollout(rollout(status), 4)).toEqual({ phase: "progressing", detail });
  });

  test.each<[string, object, string]>([
    [
      "verified",
      { currentStepIndex: 0, updatedReplicas: 0 },
      "step 1 of 5, verification before any traffic, weight 0 %, pods 0/4",
    ],
    ["given its share", {}, "step 2 of 5, weight 25 %, pods 1/4"],
    [
      "paused between steps",
      { phase: "Paused", currentStepIndex: 2 },
      "step 3 of 5, pause of 60s, weight 25 %, pods 1/4",
    ],
    [
      "analysed",
      { currentStepIndex: 3, canary: { currentStepAnalysisRunStatus: { status: "Running" } } },
      "step 4 of 5, weight 25 %, analysis running, pods 1/4",
    ],
    [
      "analysed in the background",
      { canary: { currentBackgroundAnalysisRunStatus: { status: "Running" } } },
      "step 2 of 5, weight 25 %, background analysis running, pods 1/4",
    ],
  ])("says how far it has come while it is being %s", (_, status, detail) => {
    expect(judgeRollout(rollout({ ...midway, ...status }), 4)).toEqual({ phase: "progressing", detail });
  });

  test.each<[object, string]>([
    [{ prePromotionAnalysisRunStatus: { status: "Running" } }, "verification before the switch running, pods 1/4"],
    [{ postPromotionAnalysisRunStatus: { status: "Successful" } }, "analysis after the switch successful, pods 1/4"],
    [{}, "pods 1/4"],
  ])("says of blue-green what is measured: %j", (blueGreen, detail) => {
    const status = { ...midway, blueGreen };

    expect(judgeRollout(rollout(status, { replicas: 4, strategy: { blueGreen: {} } }), 4)).toEqual({
      phase: "progressing",
      detail,
    });
  });

  test.each<[string, object, string]>([
    [
      "it was aborted",
      { abort: true, message: 'RolloutAborted: metric "errors" failed' },
      'RolloutAborted: metric "errors" failed',
    ],
    ["its deadline is over", { message: "ProgressDeadlineExceeded: timed out" }, "ProgressDeadlineExceeded: timed out"],
    ["its specification is refused", { message: "InvalidSpec: x" }, "InvalidSpec: x"],
    ["the controller does not say why", {}, "no reason given"],
  ])("has failed where %s", (_, status, detail) => {
    expect(judgeRollout(rollout({ ...midway, phase: "Degraded", ...status }), 4)).toEqual({ phase: "failed", detail });
  });

  test("is judged by one pod where the number is left to an autoscaler that has not spoken yet", () => {
    expect(judgeRollout(rollout({ ...healthy, availableReplicas: 1 }, {}), 4)).toEqual({ phase: "complete" });
  });
});
