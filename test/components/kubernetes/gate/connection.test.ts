import { CoreV1Api } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { type Connection, kubeConfig } from "../../../../components/kubernetes/gate/connection.ts";
import { FakeApi } from "./fake-api.ts";

function listPods(connection: Connection) {
  return kubeConfig(connection).makeApiClient(CoreV1Api).listNamespacedPod({ namespace: "shop" });
}

test("requests of one cluster share connections, whoever makes them", async () => {
  await using api = await FakeApi.start();
  api.on("GET", "/api/v1/namespaces/shop/pods", () => ({ kind: "PodList", items: [] }));

  for (let request = 1; request <= 20; request++) await listPods(api.connection);

  expect(api.asked).toHaveLength(20);
  // The client opens a second one where the next request comes before the first one is free again.
  expect(api.connectionsOpened).toBeLessThanOrEqual(2);
});

test("each cluster is asked by itself", async () => {
  await using one = await FakeApi.start();
  await using other = await FakeApi.start();
  for (const api of [one, other]) api.on("GET", "/api/v1/namespaces/shop/pods", () => ({ kind: "PodList", items: [] }));

  await listPods(one.connection);
  await listPods(other.connection);

  expect(one.asked).toHaveLength(1);
  expect(other.asked).toHaveLength(1);
});

test("a context of a kubeconfig is a cluster of its own", async () => {
  await using api = await FakeApi.start();
  const { kubeconfig } = api.connection;

  const named = kubeConfig({ kubeconfig, context: "other" });

  expect(named.getCurrentContext()).toBe("other");
  expect(kubeConfig(api.connection).getCurrentContext()).toBe("fake");
});
