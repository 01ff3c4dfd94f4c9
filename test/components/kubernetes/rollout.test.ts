import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { judge, podTroubles } from "../../../components/kubernetes/rollout.ts";

/** A Deployment as the API server gives it, of two replicas unless `spec` says otherwise. */
function deployment(status?: object, spec: object = { replicas: 2, progressDeadlineSeconds: 90 }): V1Deployment {
  return { spec, status } as unknown as V1Deployment;
}

const done = { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const timedOut = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };

describe("a rollout", () => {
  test("is complete once every pod is new and available, and no old one is left", () => {
    expect(judge(deployment(done), 4)).toEqual({ phase: "complete" });
  });

  test("is complete at once where no pod is wanted", () => {
    expect(judge(deployment({ observedGeneration: 4 }, { replicas: 0 }), 4)).toEqual({ phase: "complete" });
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

    expect(judge(deployment(status, {}), 1)).toEqual({ phase: "complete" });
  });
});

describe("what pods say", () => {
  /** Pods as the API server gives them. */
  const pods = (...statuses: (object | undefined)[]) => statuses.map((status) => ({ status }) as unknown as V1Pod);
  const waiting = (reason: string, message?: string) => ({
    containerStatuses: [{ name: "plugin", state: { waiting: { reason, message } } }],
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady" }],
  });

  test("is why a container waits, rather than that its pod is not ready", () => {
    const troubles = podTroubles(pods(waiting("CrashLoopBackOff", "back-off 40s"), waiting("ImagePullBackOff")));

    expect(troubles).toEqual([
      "container plugin: CrashLoopBackOff: back-off 40s",
      "container plugin: ImagePullBackOff",
    ]);
  });

  test("is why no node takes them, or that a probe fails", () => {
    const unschedulable = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
      { type: "Initialized", status: "False" },
    ];
    const unready = [{ type: "Ready", status: "False" }];

    expect(podTroubles(pods({ conditions: unschedulable }, { conditions: unready }))).toEqual([
      "PodScheduled is false (Unschedulable): 0/3 nodes are available",
      "Ready is false",
    ]);
  });

  test("stands once where several say it, and not at all of pods that are well", () => {
    const well = { conditions: [{ type: "Ready", status: "True" }] };

    expect(podTroubles(pods(waiting("CrashLoopBackOff"), waiting("CrashLoopBackOff"), well, undefined))).toEqual([
      "container plugin: CrashLoopBackOff",
    ]);
  });
});
