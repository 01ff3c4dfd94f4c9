/** Events travel for real: from the broker to a plugin, to the systems that it is bound to, and on. */
import { CloudEvent } from "cloudevents";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test, vi } from "vitest";
import { removeServices } from "../../examples/services/deploy.ts";
import { Broker } from "../support/broker.ts";
import { ownNamespace } from "../support/cluster.ts";
import { type Data, paymentGateway, shopCredentials, shopEnvironment, taxCalculator } from "../support/documents.ts";
import { expectSuccess, Project, type StackDocuments } from "../support/project.ts";
import { realCluster, realImages, removeNamespace } from "../support/real.ts";
import { deployedDeadLetter, deployedServices, ShopServices } from "../support/services.ts";

const stack = "shop";
const namespace = ownNamespace("shop");
const retries = 2;
let services: ShopServices;
let broker: Broker;
let project: Project;

beforeAll(async () => {
  const { kubeconfig, network } = realCluster();
  services = await ShopServices.deploy(kubeconfig);
  broker = await Broker.start({ kubeconfig, host: network.host });
  project = new Project(kubeconfig);
  const [gateway, calculator] = [realImages("shop/payment-gateway"), realImages("shop/tax-calculator")];
  const trigger = { event: "com.example.shop.order.created", path: "/charges", retries };
  project.release(
    paymentGateway("2.4.1", { image: gateway["2.4.1"], triggers: [trigger], scale: undefined }),
    taxCalculator("1.3.0", { image: calculator["1.3.0"] }),
  );
});

afterAll(async () => {
  await broker.close();
  await removeNamespace(namespace);
  await removeServices(realCluster());
  project.remove();
});

function documents(gateway: Data = {}): StackDocuments {
  const events = { address: broker.address, deadLetter: deployedDeadLetter };
  const verifier = { image: Object.values(realImages("patchbay/verifier"))[0] };
  return {
    environment: shopEnvironment({
      target: { kind: "kubernetes", namespace },
      services: deployedServices(),
      ...{ events, verifier },
    }),
    plugins: {
      "payment-gateway": { release: "2.4.1", replicas: 2, ...gateway },
      "tax-calculator": { release: "1.3.0" },
    },
    credentials: shopCredentials() as NonNullable<StackDocuments["credentials"]>,
  };
}

async function deploy(gateway?: Data): Promise<void> {
  await project.declare(stack, documents(gateway));
  expectSuccess(await project.up(stack));
}

/** An order that nobody has placed before, and the event that says so. */
function newOrder(changes: Data = {}) {
  const order = {
    ...{ orderId: crypto.randomUUID(), country: "DE", amount: 10_000, currency: "EUR" },
    items: [{ sku: "mug-blue", quantity: 2 }],
    ...changes,
  };
  const event = new CloudEvent<unknown>({ source: "/shop", type: "com.example.shop.order.created", data: order });
  return { order, event };
}

async function settled(event: CloudEvent<unknown>, tries: number): Promise<void> {
  await vi.waitFor(() => {
    expect(broker.triesOf(event.id)).toHaveLength(tries);
  }, 30_000);
}

function captured(orderId: string): CloudEvent<unknown>[] {
  return broker.received.filter(
    ({ type, subject }) => type === "com.example.shop.payment.captured" && subject === orderId,
  );
}

/** Rows that the plugin wrote for an order: state, amount and tax. */
function payments(orderId: string): Promise<string> {
  return services.query(`SELECT state, amount, tax FROM payments WHERE order_id = '${orderId}'`);
}

beforeEach(() => {
  onTestFailed(() => {
    console.error(broker.deliveries);
  });
});

describe("a plugin that works", () => {
  beforeAll(() => deploy());

  test("charges an order: stock is reserved, the payment recorded, and the host told", async () => {
    const { order, event } = newOrder();
    await broker.send(namespace, event);
    await settled(event, 1);

    expect(broker.triesOf(event.id)).toMatchObject([{ status: 204 }]);
    const { orderId, items } = order;
    expect(await services.inventory(`/reservations/${orderId}`, "stock.read")).toEqual({
      status: 200,
      body: { orderId, items },
    });
    expect(await payments(orderId)).toBe("captured|10000|1900");
    expect(captured(orderId)).toMatchObject([
      { source: "/plugins/payment-gateway", data: { orderId, amount: 10_000, tax: 1900, state: "captured" } },
    ]);
  });

  test("charges an order once, though its event comes twice", async () => {
    const { order, event } = newOrder();
    await broker.send(namespace, event);
    await broker.send(namespace, event);
    await settled(event, 2);

    expect(broker.triesOf(event.id)).toMatchObject([{ status: 204 }, { status: 204 }]);
    expect(await payments(order.orderId)).toBe("captured|10000|1900");
    expect(captured(order.orderId).map(({ id }) => id)).toContain(`${event.id}-captured`);
    expect(new Set(captured(order.orderId).map(({ id }) => id)).size).toBe(1);
  });

  test.each([
    ["the fraud detection refuses it", { amount: 2_000_000 }, "refused|2000000|0"],
    ["there is no stock", { items: [{ sku: "teapot-black", quantity: 1 }] }, "out-of-stock|10000|0"],
  ])("does not charge an order when %s", async (_, changes, row) => {
    const { order, event } = newOrder(changes);
    await broker.send(namespace, event);
    await settled(event, 1);

    expect(await payments(order.orderId)).toBe(row);
    expect(captured(order.orderId)).toEqual([]);
    expect(await services.inventory(`/reservations/${order.orderId}`, "stock.read")).toMatchObject({ status: 404 });
  });

  test("gets an event again that came while a system was down", async () => {
    const { order, event } = newOrder();
    await services.setFault("fraud", "down");
    await broker.send(namespace, event);
    await settled(event, 1);
    await services.setFault("fraud", "none");
    await settled(event, 2);

    expect(broker.triesOf(event.id)).toMatchObject([{ status: 503 }, { status: 204 }]);
    expect(await payments(order.orderId)).toBe("captured|10000|1900");
  });
});

describe("a plugin that fails", () => {
  beforeAll(() => deploy({ env: { FAULT: "errors=100" } }));

  test("gets an event as often as its trigger says, later each time, and then the dead letters hold it", async () => {
    const { order, event } = newOrder();
    await broker.send(namespace, event);
    await settled(event, 1 + retries);
    const held = await vi.waitUntil(async () => (await services.deadLetters()).find(({ id }) => id === event.id), {
      timeout: 10_000,
      interval: 200,
    });

    const tries = broker.triesOf(event.id);
    expect(tries.map(({ status }) => status)).toEqual([500, 500, 500]);
    const [first = 0, second = 0, third = 0] = tries.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(1000);
    expect(third - second).toBeGreaterThanOrEqual(2000);
    expect(held).toMatchObject({ type: event.type, source: "/shop", data: order, knativeerrorcode: "500" });
    expect(await payments(order.orderId)).toBe("");
  });
});
