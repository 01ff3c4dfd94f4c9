import type { V1Deployment, V1DeploymentStatus, V1Pod, V1PodStatus } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { judge, podTroubles } from "../../../components/kubernetes/rollout.ts";

function deployment(status: V1DeploymentStatus | undefined, replicas: number | undefined = 2): V1Deployment {
  const spec = { replicas, progressDeadlineSeconds: 90, selector: {}, template: {} };
  return { spec, ...(status && { status }) } as V1Deployment;
}

const done = { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const timedOut = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };

describe("a rollout", () => {
  test("is complete once every pod is new and available, and no old one is left", () => {
    expect(judge(deployment(done), 4)).toEqual({ phase: "complete" });
  });

  test("is complete at once where no pod is wanted", () => {
    expect(judge(deployment({ observedGeneration: 4 }, 0), 4)).toEqual({ phase: "complete" });
  });

  test.each<[string, V1DeploymentStatus | undefined, string]>([
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
    expect(judge(deployment(status), 4)).toEqual({ phase: "progressing", detail });
  });

  test("has failed once the controller says that its deadline is over", () => {
    expect(judge(deployment({ ...done, availableReplicas: 1, conditions: [timedOut] }), 4)).toEqual({
      phase: "failed",
      detail: "no progress within 90 s (ProgressDeadlineExceeded)",
    });
  });

  test("says what refused its pods: there are none then that could tell", () => {
    const message = 'pods "x" is forbidden: exceeded quota: environment';
    const refused = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };

    expect(judge(deployment({ observedGeneration: 4, conditions: [timedOut, refused] }), 4)).toEqual({
      phase: "failed",
      detail: `no progress within 90 s (ProgressDeadlineExceeded): ${message}`,
    });
  });

  test("is judged by one pod where the number is left to an autoscaler that has not spoken yet", () => {
    const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

    expect(judge({ spec: { selector: {}, template: {} }, status } as V1Deployment, 1)).toEqual({ phase: "complete" });
  });
});

describe("what pods say", () => {
  const pod = (status: V1PodStatus): V1Pod => ({ status });
  const waiting = (reason: string, message?: string) =>
    pod({
      containerStatuses: [
        { name: "plugin", state: { waiting: { reason, ...(message !== undefined && { message }) } } },
      ] as NonNullable<V1PodStatus["containerStatuses"]>,
      conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
    });

  test("is why a container waits, rather than that its pod is not ready", () => {
    expect(podTroubles([waiting("CrashLoopBackOff", "back-off 40s"), waiting("ImagePullBackOff")])).toEqual([
      "container plugin: CrashLoopBackOff: back-off 40s",
      "container plugin: ImagePullBackOff",
    ]);
  });

  test("is why no node takes them, or that a probe fails", () => {
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
      { type: "Initialized", status: "False" },
    ];

    expect(podTroubles([pod({ conditions }), pod({ conditions: [{ type: "Ready", status: "False" }] })])).toEqual([
      "PodScheduled is false (Unschedulable): 0/3 nodes are available",
      "Ready is false",
    ]);
  });

  test("stands once where several say it, and not at all of pods that are well", () => {
    const well = pod({ conditions: [{ type: "Ready", status: "True" }] });

    expect(podTroubles([waiting("CrashLoopBackOff"), waiting("CrashLoopBackOff"), well, {}])).toEqual([
      "container plugin: CrashLoopBackOff",
    ]);
  });
});
