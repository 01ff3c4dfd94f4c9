/** The systems that the shop's plugins are bound to, on real containers. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeServices } from "../../examples/services/deploy.ts";
import { shopCredentials } from "../support/documents.ts";
import { realCluster } from "../support/real.ts";
import { ShopServices } from "../support/services.ts";

let services: ShopServices;
let core: CoreV1Api;

beforeAll(async () => {
  services = await ShopServices.deploy(realCluster().kubeconfig);
  const config = new KubeConfig();
  config.loadFromFile(realCluster().kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});

afterAll(async () => {
  await removeServices(realCluster());
});

async function pods(): Promise<Map<string, string>> {
  const { items } = await core.listPodForAllNamespaces({
    labelSelector: "app.kubernetes.io/managed-by=patchbay-examples",
  });
  const living = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return new Map(living.map(({ metadata }) => [metadata?.labels?.["app"] ?? "", metadata?.uid ?? ""]));
}

describe("the systems", () => {
  test("the database takes its password, and no other", async () => {
    expect(await services.query("SELECT current_user, current_database()")).toBe("shop|orders");
    await expect(services.query("SELECT 1", "another")).rejects.toThrow(/password authentication failed/);
  });

  test("the inventory takes tokens of the token server, for what their scope says", async () => {
    expect(await services.inventory("/stock/mug-blue")).toMatchObject({ status: 401 });
    expect(await services.inventory("/stock/mug-blue", "stock.read")).toMatchObject({
      status: 200,
      body: { sku: "mug-blue" },
    });
    const order = { orderId: crypto.randomUUID(), items: [{ sku: "mug-blue", quantity: 2 }] };
    expect(await services.inventory("/reservations", "stock.read", order)).toMatchObject({ status: 403 });
    expect(await services.inventory("/reservations", "stock.reserve", order)).toEqual({ status: 201, body: order });
    expect(await services.token("stock.read", "another")).toMatchObject({
      status: 401,
      body: { error: "invalid_client" },
    });
  });

  test("the fraud detection takes its key, and no other", async () => {
    expect(await services.fraud(1000)).toMatchObject({ status: 200, body: { verdict: "accept" } });
    expect(await services.fraud(1000, "another")).toMatchObject({ status: 401 });
  });

  test("a fault lasts until it is switched off", async () => {
    await services.setFault("idp", "down");
    await expect(services.token("stock.read")).rejects.toThrow();
    await services.setFault("idp", "errors");
    expect(await services.token("stock.read")).toMatchObject({ status: 503 });
    await services.setFault("idp", "none");
    expect(await services.token("stock.read")).toMatchObject({ status: 200 });
  });
});

describe("starting them again", () => {
  test("leaves alone what runs as it should", async () => {
    const before = await pods();
    expect([...before.keys()].sort()).toEqual(["events-dead-letter", "fraud", "idp", "inventory", "orders-db"]);
    await ShopServices.deploy(realCluster().kubeconfig);
    expect(await pods()).toEqual(before);
  });

  test("with another password starts the database anew, and nothing else", async () => {
    const { "orders-db": database, ...others } = Object.fromEntries(await pods());
    const orders = { username: "shop", password: `it's "another"\\` };
    await ShopServices.deploy(realCluster().kubeconfig, shopCredentials({ orders }));
    const { "orders-db": another, ...same } = Object.fromEntries(await pods());
    expect(same).toEqual(others);
    expect(another).not.toBe(database);
    expect(await services.query("SELECT 1", orders.password)).toBe("1");
  });
});
