/** What waits until a workload of the same name, which is being deleted, has gone. */
import { expect, test } from "vitest";
import { waitUntilGone } from "../../../../components/kubernetes/gate/former.ts";
import type { WorkloadKind } from "../../../../components/kubernetes/gate/workload.ts";
import { FakeApi, refuse } from "./fake-api.ts";
import { paths } from "./fake-workload.ts";

const at = { namespace: "shop", name: "payments" };
const pathOf: Readonly<Record<WorkloadKind, string>> = { Deployment: paths.deployment, Rollout: paths.rollout };
const kinds = Object.keys(pathOf) as WorkloadKind[];
const going = { metadata: { name: at.name, deletionTimestamp: "2026-11-21T09:00:00Z" } };

async function told(api: FakeApi, kind: WorkloadKind): Promise<string[]> {
  const lines: string[] = [];
  await waitUntilGone(api.connection, kind, at, (line) => lines.push(line));
  return lines;
}

test.each(kinds)("a %s that is not there is not waited for", async (kind) => {
  await using api = await FakeApi.start();
  api.on("GET", pathOf[kind], refuse(404));

  expect(await told(api, kind)).toEqual([]);
  expect(api.asked).toHaveLength(1);
});

test.each(kinds)("a %s that is there to stay is not waited for", async (kind) => {
  await using api = await FakeApi.start();
  api.on("GET", pathOf[kind], () => ({ metadata: { name: at.name } }));

  expect(await told(api, kind)).toEqual([]);
  expect(api.asked).toHaveLength(1);
});

test.each(kinds)("a %s that is going is waited for, and that is told once", async (kind) => {
  await using api = await FakeApi.start();
  let looks = 0;
  api.on("GET", pathOf[kind], (asked) => {
    looks += 1;
    return looks < 3 ? going : refuse(404)(asked);
  });

  expect(await told(api, kind)).toEqual([`payments: waiting until the ${kind} that was deleted before has gone`]);
  expect(looks).toBe(3);
});
