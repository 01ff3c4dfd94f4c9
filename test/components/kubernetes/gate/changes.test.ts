import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Changes } from "../../../../components/kubernetes/gate/changes.ts";
import { kubeConfig } from "../../../../components/kubernetes/gate/connection.ts";
import { FakeApi } from "./fake-api.ts";

const pods = { path: "/api/v1/namespaces/shop/pods", query: { labelSelector: "a=b" } };

/** Well below the time after which a look is due in any case, in milliseconds. */
const soon = 4000;

/** Changes of a list that is being watched, as one of so many. */
async function watching(api: FakeApi, watches = 1) {
  const changes = new Changes(kubeConfig(api.connection), [pods]);
  await vi.waitUntil(() => api.openWatches === watches);
  return {
    changes,
    [Symbol.dispose]: () => {
      changes.close();
    },
  };
}

async function timeOf(step: Promise<void>): Promise<number> {
  const start = performance.now();
  await step;
  return performance.now() - start;
}

describe("a wait for changes", () => {
  test("ends when something changes", async () => {
    await using api = await FakeApi.start();
    using watched = await watching(api);
    const waiting = timeOf(watched.changes.next());

    api.announce();

    expect(await waiting).toBeLessThan(soon);
  });

  test("ends by itself after a while: what is judged by the clock changes without an event", async () => {
    await using api = await FakeApi.start();
    using watched = await watching(api);

    expect(await timeOf(watched.changes.next())).toBeGreaterThan(soon);
  });

  test("never misses a change, whether it is told before the wait or during it", async () => {
    await using api = await FakeApi.start();
    using watched = await watching(api);
    // Its watch is the later one: what it has been told of, the other one has been told of before.
    using witness = await watching(api, 2);

    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), async (toldBefore) => {
        for (const before of toldBefore) {
          api.announce();
          const told = witness.changes.next();
          if (before) await told;
          expect(await timeOf(watched.changes.next())).toBeLessThan(soon);
          await told;
        }
      }),
      { numRuns: 25 },
    );
  });

  test("ends when a watch does, which is then opened again", async () => {
    await using api = await FakeApi.start();
    using watched = await watching(api);
    const waiting = timeOf(watched.changes.next());

    api.endWatches();

    expect(await waiting).toBeLessThan(soon);
    await vi.waitUntil(() => api.openWatches === 1);
    expect(api.watchesOpened).toBe(2);
  });

  test("ends when a watch is refused, so that a look can tell why; and it is tried again", async () => {
    await using api = await FakeApi.start();
    api.refuseNextWatch(403);
    const changes = new Changes(kubeConfig(api.connection), [pods]);

    expect(await timeOf(changes.next())).toBeLessThan(soon);
    await vi.waitUntil(() => api.openWatches === 1, { timeout: soon });

    changes.close();
  });
});

test("nothing is watched any more once it is over", async () => {
  await using api = await FakeApi.start();
  const { changes } = await watching(api);

  changes.close();

  await vi.waitUntil(() => api.openWatches === 0);
  expect(api.watchesOpened).toBe(1);
});
