import { describe, expect, test } from "vitest";
import { deadlineExceeded, judgeDeployment } from "../../../../components/kubernetes/gate/deployment.ts";
import type { DeploymentObject } from "../../../../components/kubernetes/gate/workload.ts";

/** A Deployment as the API server gives it, of two replicas unless `spec` says otherwise. */
function deployment(status?: object, spec: object = { replicas: 2, progressDeadlineSeconds: 90 }): DeploymentObject {
  return { spec, status } as unknown as DeploymentObject;
}

const done = { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const timedOut = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };

describe("a Deployment", () => {
  test("is rolled out once every pod is new and available, and no old one is left", () => {
    expect(judgeDeployment(deployment(done), 4)).toEqual({ phase: "complete" });
  });

  test("is rolled out at once where no pod is wanted", () => {
    expect(judgeDeployment(deployment({ observedGeneration: 4 }, { replicas: 0 }), 4)).toEqual({ phase: "complete" });
  });

  test("is rolled out though its condition tells of a failure, where it went back to pods that never left", () => {
    expect(judgeDeployment(deployment({ ...done, conditions: [timedOut] }), 4)).toEqual({ phase: "complete" });
  });

  test.each<[string, object | undefined, string]>([
    ["has no status yet", undefined, "waiting for the controller"],
    ["is judged by an earlier change", { ...done, observedGeneration: 3 }, "waiting for the controller"],
    [
      "failed, but before this change",
      { ...done, observedGeneration: 3, conditions: [timedOut] },
      "waiting for the controller",
    ],
    ["has replaced some", { ...done, updatedReplicas: 1 }, "1 of 2 pods replaced"],
    ["has old pods left", { ...done, replicas: 3 }, "1 old pods still there"],
    ["has pods that are not ready", { ...done, availableReplicas: 0 }, "0 of 2 pods ready"],
    ["has not a single pod", { observedGeneration: 4 }, "0 of 2 pods replaced"],
  ])("goes on while it %s", (_, status, detail) => {
    expect(judgeDeployment(deployment(status), 4)).toEqual({ phase: "progressing", detail });
  });

  test("has failed once the controller says that its deadline is over", () => {
    expect(judgeDeployment(deployment({ ...done, availableReplicas: 1, conditions: [timedOut] }), 4)).toEqual({
      phase: "failed",
      detail: "no progress within 90 s (ProgressDeadlineExceeded)",
    });
  });

  test("says what refused its pods: there are none then that could tell", () => {
    const message = 'pods "x" is forbidden: exceeded quota: environment';
    const refused = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };

    expect(judgeDeployment(deployment({ observedGeneration: 4, conditions: [timedOut, refused] }), 4)).toEqual({
      phase: "failed",
      detail: `no progress within 90 s (ProgressDeadlineExceeded): ${message}`,
    });
  });

  test("is judged by one pod where the number is left to an autoscaler that has not spoken yet", () => {
    const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

    expect(judgeDeployment(deployment(status, {}), 1)).toEqual({ phase: "complete" });
  });
});

describe("the end of a deadline", () => {
  const lastUpdateTime = new Date("2026-01-02T03:04:05Z");

  test.each<[string, object[], string | undefined]>([
    ["is known by its time", [{ ...timedOut, lastUpdateTime }], "2026-01-02T03:04:05.000Z"],
    ["is known without one", [timedOut], "once"],
    ["is not there while there is progress", [{ ...timedOut, reason: "ReplicaSetUpdated", lastUpdateTime }], undefined],
    ["is not there without conditions", [], undefined],
  ])("%s", (_, conditions, said) => {
    expect(deadlineExceeded(deployment({ ...done, conditions }))).toBe(said);
  });
});
