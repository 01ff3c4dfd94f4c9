/** The wait for a rollout against a server that plays the API: what it believes, when it gives up, and what it leaves behind. */
import { describe, expect, test } from "vitest";
import { refuse } from "./fake-api.ts";
import { FakeWorkload, healthy, midway, paths, stuck } from "./fake-workload.ts";

const waiting = "waiting for the controller";

describe.each(["Deployment", "Rollout"] as const)("a %s", (kind) => {
  test("is not believed before its controller has seen this very change", async () => {
    await using workload = await FakeWorkload.start(kind);
    workload.status = { ...healthy[kind], observedGeneration: kind === "Rollout" ? "3" : 3 };

    await workload.wait({
      [waiting]: () => {
        workload.status = healthy[kind];
      },
    });

    expect(workload.reports).toEqual([waiting]);
    expect(workload.aborts).toEqual([]);
  });

  test("is waited for as long as its API does not answer for a moment", async () => {
    await using workload = await FakeWorkload.start(kind);
    workload.status = healthy[kind];
    const path = kind === "Rollout" ? paths.rollout : paths.deployment;
    let asked = 0;
    const list = workload.api.asked;
    workload.api.on("GET", paths.secrets, (one) => {
      asked += 1;
      return asked === 1 ? refuse(503)(one) : { items: [] };
    });

    await workload.wait();

    expect(asked).toBeGreaterThan(1);
    expect(list.map((one) => one.path)).toContain(path);
  });

  test("that is not there is told at once", async () => {
    await using workload = await FakeWorkload.start(kind);
    workload.api.on("GET", kind === "Rollout" ? paths.rollout : paths.deployment, refuse(404));

    expect(await workload.failure()).toMatchObject({
      code: "rollout-failed",
      file: `${kind} shop/payments`,
      found: "nothing: it has been deleted since the engine brought it in",
    });
  });

  test("fails on a crash loop at the limit, with the reason", async () => {
    await using workload = await FakeWorkload.start(kind);
    workload.status = kind === "Rollout" ? midway : { ...healthy.Deployment, availableReplicas: 1 };
    const begun = kind === "Rollout" ? "pods 1/2" : "1 of 2 pods ready";

    const { found } = await workload.failure({
      [begun]: () => {
        workload.addPod("p-1", stuck("CrashLoopBackOff"));
      },
    });

    expect(found).toBe(
      "pod p-1, container plugin: CrashLoopBackOff: it has been restarted 1 times, last with exit code 1 (Error); container plugin: CrashLoopBackOff",
    );
  });
});

describe("a canary", () => {
  test("reports each state once, and is over once it is promoted", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = { ...midway, updatedReplicas: 0 };

    await workload.wait({
      "pods 0/2": () => {
        workload.status = midway;
      },
      "pods 1/2": () => {
        workload.status = { ...midway, phase: "Paused", updatedReplicas: 2 };
      },
      "pods 2/2": () => {
        workload.status = healthy.Rollout;
      },
    });

    expect(workload.reports).toEqual(["pods 0/2", "pods 1/2", "pods 2/2"]);
  });

  test("fails by its candidate, which no hash tells from others", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = midway;
    const candidate = { "rollouts-pod-template-hash": "other", "patchbay.dev/role": "candidate" };

    const { found } = await workload.failure({
      "pods 1/2": () => {
        workload.addPod("c-1", stuck("ErrImagePull", "manifest unknown"), candidate);
      },
    });

    expect(found).toContain("pod c-1, container plugin: ErrImagePull: manifest unknown");
  });

  test("does not fail by pods of the release before", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = midway;
    workload.addPod("old-1", stuck("CrashLoopBackOff"), {
      "rollouts-pod-template-hash": "01d0",
      "patchbay.dev/role": "workload",
    });

    await workload.wait({
      "pods 1/2": () => {
        workload.status = healthy.Rollout;
      },
    });

    expect(workload.api.pathsOf("DELETE")).toEqual([]);
  });

  test("is aborted before the failure is told, after its pods were asked why: the abort takes them away", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = midway;

    const { remedy } = await workload.failure({
      "pods 1/2": () => {
        workload.addPod("p-1", stuck("CrashLoopBackOff"));
      },
    });
    const asked = workload.api.asked.map(({ path }) => path);

    expect(workload.aborts).toEqual([true]);
    expect(asked.lastIndexOf(paths.rolloutStatus)).toBeGreaterThan(asked.lastIndexOf(`${paths.pods}/p-1/log`));
    expect(asked).toContain(`${paths.pods}/p-1/log`);
    expect(remedy).toContain("; the release before still has all the traffic;");
  });

  test("is not aborted a second time where its controller did it", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = midway;
    const message = 'RolloutAborted: metric "errors" assessed Failed';

    const { found, remedy } = await workload.failure({
      "pods 1/2": () => {
        workload.status = { ...midway, phase: "Degraded", abort: true, message };
      },
    });

    expect(found).toBe(message);
    expect(workload.aborts).toEqual([]);
    expect(remedy).toContain("the release before still has all the traffic");
  });

  test.each(["", healthy.Rollout.currentPodHash])(
    "is not aborted where there is no good release to go back to: %j",
    async (stableRS) => {
      await using workload = await FakeWorkload.start("Rollout");
      workload.status = { ...midway, stableRS };

      const { remedy } = await workload.failure({
        "pods 1/2": () => {
          workload.addPod("p-1", stuck("CrashLoopBackOff"));
        },
      });

      expect(workload.aborts).toEqual([]);
      expect(remedy).not.toContain("the release before");
    },
  );
});

describe("what an earlier update left failed", () => {
  const aborted = { ...midway, phase: "Degraded", abort: true, message: "RolloutAborted: errors" };
  const again = "an earlier try failed (RolloutAborted: errors); trying again";

  test("has its abort cleared, and gets through if it is well now", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = aborted;
    const cleared = { ...aborted, abort: false };

    await workload.wait({
      [again]: () => {
        workload.status = cleared;
      },
      "clearing an earlier abort": () => {
        workload.status = midway;
      },
      "pods 1/2": () => {
        workload.status = healthy.Rollout;
      },
    });

    expect(workload.reports).toEqual([again, "clearing an earlier abort", "pods 1/2"]);
    expect(workload.aborts).toEqual([false]);
  });

  test("gets one more try and no further", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = aborted;

    const { found } = await workload.failure({
      [again]: () => {
        workload.status = midway;
      },
      "pods 1/2": () => {
        workload.status = { ...aborted, message: "RolloutAborted: latency" };
      },
    });

    expect(found).toBe("RolloutAborted: latency");
    expect(workload.reports.filter((line) => line.endsWith("trying again"))).toEqual([again]);
    expect(workload.aborts).toEqual([false]);
  });

  test("has its stuck pods replaced, and those that are ready left alone", async () => {
    await using workload = await FakeWorkload.start("Deployment");
    workload.status = { ...healthy.Deployment, availableReplicas: 1 };
    workload.addPod("p-1", stuck("ErrImagePull", "manifest unknown"));
    workload.addPod("p-2", { conditions: [{ type: "Ready", status: "True" }] });

    await workload.wait({
      "1 of 2 pods ready": () => {
        workload.status = healthy.Deployment;
      },
    });

    expect(workload.api.pathsOf("DELETE")).toEqual([`${paths.pods}/p-1`]);
  });

  test("is not judged by a deadline that ended before", async () => {
    await using workload = await FakeWorkload.start("Deployment");
    const over = (lastUpdateTime: string) => ({
      ...healthy.Deployment,
      availableReplicas: 1,
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", lastUpdateTime }],
    });
    workload.status = over("2026-01-02T03:04:05Z");

    const { found } = await workload.failure({
      "1 of 2 pods ready": () => {
        workload.status = over("2026-01-02T04:00:00Z");
      },
    });

    expect(workload.reports).toHaveLength(2);
    expect(found).toBe("no progress within 90 s (ProgressDeadlineExceeded)");
  });
});

test("a rollout leaves the Secrets that it mounts to its own ReplicaSets, so that nobody removes them under a pod", async () => {
  await using workload = await FakeWorkload.start("Deployment");
  workload.status = healthy.Deployment;
  workload.api.on("GET", "/apis/apps/v1/namespaces/shop/replicasets", () => ({
    items: [
      {
        metadata: {
          name: "payments-5f7c",
          uid: "s-1",
          labels: { "pod-template-hash": "5f7c" },
          annotations: { "deployment.kubernetes.io/revision": "2" },
          ownerReferences: [{ uid: "w-1" }],
        },
        spec: { template: { spec: { volumes: [{ name: "orders", secret: { secretName: "orders-1" } }] } } },
      },
    ],
  }));
  workload.api.on("PATCH", `${paths.secrets}/orders-1`, () => ({}));

  await workload.wait();
  const patches = workload.api.asked.filter(({ method, path }) => method === "PATCH" && path.endsWith("/orders-1"));

  expect(patches.map(({ body }) => body)).toEqual([
    {
      metadata: {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "Deployment", name: "payments", uid: "w-1" },
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: "payments-5f7c", uid: "s-1" },
        ],
      },
    },
  ]);
});
