import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { certainTrouble, isReady, podTroubles } from "../../../../components/kubernetes/gate/pods.ts";

const startTime = new Date("2026-01-02T03:04:05Z");
const seconds = (count: number) => startTime.getTime() + count * 1000;

/** A pod of one container that waits for something; what more there is of the container, its pod and the pod's status. */
function waiting(
  reason: string,
  message?: string,
  more: object = {},
  metadata: object = {},
  others: object = {},
): V1Pod {
  const container = { name: "plugin", restartCount: 0, state: { waiting: { reason, message } }, ...more };
  const status = { startTime, containerStatuses: [container], ...others };
  return { metadata: { name: "p-1", ...metadata }, status } as unknown as V1Pod;
}

describe("certain trouble", () => {
  const crashed = { restartCount: 2, lastState: { terminated: { exitCode: 1, reason: "Error" } } };
  const refused = "dial tcp 10.0.0.1:443: connect: connection refused";

  test.each<[string, V1Pod, number, string | undefined]>([
    ["a crash loop below the limit is none yet", waiting("CrashLoopBackOff", "", { restartCount: 1 }), 2, undefined],
    [
      "a crash loop at the limit",
      waiting("CrashLoopBackOff", "back-off 10s", crashed),
      2,
      "CrashLoopBackOff: it has been restarted 2 times, last with exit code 1 (Error)",
    ],
    [
      "a crash loop of which no end is known",
      waiting("CrashLoopBackOff", "", { restartCount: 1 }),
      1,
      "CrashLoopBackOff: it has been restarted 1 times",
    ],
    ["an image that is not there", waiting("ErrImagePull", "manifest unknown"), 1, "ErrImagePull: manifest unknown"],
    [
      "an image that nobody may have",
      waiting("ImagePullBackOff", "403 Forbidden"),
      1,
      "ImagePullBackOff: 403 Forbidden",
    ],
    [
      "a wrong configuration",
      waiting("CreateContainerConfigError", 'secret "x" not found'),
      1,
      'CreateContainerConfigError: secret "x" not found',
    ],
    ["a name that is none", waiting("InvalidImageName", "bad"), 1, "InvalidImageName: bad"],
    ["a container that is being made is none", waiting("ContainerCreating"), 1, undefined],
    ["a registry that does not answer at first is none yet", waiting("ErrImagePull", refused), 1, undefined],
  ])("%s", (_, pod, limit, detail) => {
    expect(certainTrouble(pod, limit, seconds(1))).toEqual(
      detail === undefined ? undefined : { pod: "p-1", container: "plugin", detail },
    );
  });

  test.each([
    [15, undefined],
    [16, `ImagePullBackOff: ${refused}`],
  ])("a registry that refuses connections has %i s to come back", (after, detail) => {
    expect(certainTrouble(waiting("ImagePullBackOff", refused), 1, seconds(after))?.detail).toBe(detail);
  });

  test("is not looked for in a pod that is being deleted", () => {
    const deleted = waiting("ErrImagePull", "manifest unknown", {}, { deletionTimestamp: startTime });

    expect(certainTrouble(deleted, 1, seconds(60))).toBeUndefined();
  });

  test("is found in an init container as well, and nowhere in a pod that runs", () => {
    const pod = waiting("CrashLoopBackOff", "", crashed);
    const init = { metadata: pod.metadata, status: { initContainerStatuses: pod.status?.containerStatuses } } as V1Pod;

    expect(certainTrouble(init, 1)).toMatchObject({ container: "plugin" });
    expect(certainTrouble({ metadata: { name: "p" } }, 1)).toBeUndefined();
    expect(certainTrouble(waiting("", "", { state: { running: {} }, restartCount: 9 }), 1)).toBeUndefined();
  });
});

describe("what pods say", () => {
  const unready = [{ type: "Ready", status: "False", reason: "ContainersNotReady" }];
  const withConditions = (...conditions: object[]) => ({ status: { conditions } }) as unknown as V1Pod;

  test("is why a container waits, rather than that its pod is not ready", () => {
    const stuck = waiting("CrashLoopBackOff", "back-off 40s", {}, {}, { conditions: unready });
    const pods = [stuck, waiting("ImagePullBackOff")];

    expect(podTroubles(pods)).toEqual([
      "container plugin: CrashLoopBackOff: back-off 40s",
      "container plugin: ImagePullBackOff",
    ]);
  });

  test("is why no node takes them, or that a probe fails", () => {
    const pods = [
      withConditions(
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
        { type: "Initialized", status: "False" },
      ),
      withConditions({ type: "Ready", status: "False" }),
    ];

    expect(podTroubles(pods)).toEqual([
      "PodScheduled is false (Unschedulable): 0/3 nodes are available",
      "Ready is false",
    ]);
  });

  test("stands once where several say it, and not at all of pods that are well", () => {
    const well = withConditions({ type: "Ready", status: "True" });

    expect(podTroubles([waiting("CrashLoopBackOff"), waiting("CrashLoopBackOff"), well, {}])).toEqual([
      "container plugin: CrashLoopBackOff",
    ]);
  });

  test("is that they are ready only where they say so themselves", () => {
    expect(isReady(withConditions({ type: "Ready", status: "True" }))).toBe(true);
    expect([withConditions(...unready), withConditions(), {}].some(isReady)).toBe(false);
  });
});
