/** How a Deployment takes a plugin over from the Rollout that was there before. */
import { expect, test } from "vitest";
import { FakeWorkload, healthy, paths } from "./fake-workload.ts";

const own = { "patchbay.dev/plugin": "payments" };
const narrowed = { ...own, "rollouts-pod-template-hash": "01d0" };

/** Gives one state after the other, and then the last one for good. */
function following<T>(...states: readonly [T, ...T[]]): () => T {
  let next = 0;
  return () => {
    const state = states[Math.min(next, states.length - 1)] ?? states[0];
    next += 1;
    return state;
  };
}

test("the Rollout goes without its pods, its Service is free, and the old pods are gone, before anything is verified", async () => {
  await using workload = await FakeWorkload.start("Deployment");
  workload.status = healthy.Deployment;
  const selector = following<object>(narrowed, narrowed, own);
  const ownedBy = (uid: string, name: string) => ({ metadata: { name, ownerReferences: [{ uid }] } });
  workload.api
    .on("GET", paths.rollout, () => ({ metadata: { name: "payments", uid: "r-1" } }))
    .on("GET", paths.experiments, () => ({ items: [ownedBy("r-1", "own"), ownedBy("r-2", "foreign")] }))
    .on("DELETE", `${paths.experiments}/own`, () => ({}))
    .on("GET", paths.analysisRuns, () => ({ items: [{ metadata: { name: "by-hand" } }] }))
    .on("DELETE", paths.rollout, () => {
      // The Deployment adopts the pods that are left, and scales them down.
      const replicas = following(4, 3, 2);
      Object.defineProperty(workload, "status", { get: () => ({ ...healthy.Deployment, replicas: replicas() }) });
      return {};
    })
    .on("GET", paths.service, () => ({ spec: { selector: selector() } }));

  await workload.wait();
  const { asked } = workload.api;
  const after = asked.slice(asked.findIndex(({ method, path }) => method === "DELETE" && path === paths.rollout));

  // Nobody would collect its experiments later, and those of others are none of its.
  expect(workload.api.pathsOf("DELETE")).toEqual([`${paths.experiments}/own`, paths.rollout]);
  expect(after[0]).toMatchObject({ query: { propagationPolicy: "Orphan" } });
  expect(after.slice(1, 7).map(({ path }) => path)).toEqual([
    paths.service,
    paths.service,
    paths.service,
    paths.deployment,
    paths.deployment,
    paths.deployment,
  ]);
});

test("nothing is taken over where there was no Rollout, or the cluster knows none", async () => {
  await using workload = await FakeWorkload.start("Deployment");
  workload.status = healthy.Deployment;

  await workload.wait();

  expect(workload.api.pathsOf("DELETE")).toEqual([]);
  expect(workload.api.pathsOf("GET")).not.toContain(paths.service);
});

test("a Rollout does not delete itself", async () => {
  await using workload = await FakeWorkload.start("Rollout");
  workload.status = healthy.Rollout;

  await workload.wait();

  expect(workload.api.pathsOf("DELETE")).toEqual([]);
});
