import type { RequestListener } from "node:http";
import { CloudEvent, HTTP } from "cloudevents";
import { expect, onTestFinished, test } from "vitest";
import { deadLetter } from "../../../../examples/services/dead-letter.ts";
import { fraud } from "../../../../examples/services/fraud.ts";
import { identity } from "../../../../examples/services/identity.ts";
import { inventory } from "../../../../examples/services/inventory.ts";
import { type Ports, serve } from "../../../../examples/services/serve.ts";

const secret = "s/e cr+t:";

async function serving(service: RequestListener, ports: Ports = { port: 0 }) {
  const listening = await serve(service, ports);
  onTestFinished(() => listening.close());
  return { url: `http://127.0.0.1:${listening.port}`, faults: `http://127.0.0.1:${listening.faultPort ?? 0}/_fault` };
}

async function call(url: string, headers: Readonly<Record<string, string>> = {}, body?: unknown) {
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, { ...sent, headers: { connection: "close", ...headers } });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

/** A token server and an inventory that trusts it. The server's address is a part of its tokens, so it is made twice. */
async function shop(stock?: Readonly<Record<string, number>>) {
  const probe = await serve(() => undefined, { port: 0 });
  await probe.close();
  const issuer = `http://127.0.0.1:${probe.port}`;
  await serving(await identity({ issuer, client: { id: "shop", secret } }), { port: probe.port });
  return { issuer, inventory: (await serving(inventory({ issuer, ...(stock && { stock }) }))).url };
}

async function tokenReply(issuer: string, scope: string, password = secret) {
  const authorization = `Basic ${Buffer.from(`shop:${encodeURIComponent(password)}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "client_credentials", scope });
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization, connection: "close" },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function bearer(issuer: string, scope: string): Promise<{ authorization: string }> {
  const { body } = await tokenReply(issuer, scope);
  return { authorization: `Bearer ${String(body["access_token"])}` };
}

test("the token server gives its client a token with the scopes that it asks for, and nobody else any", async () => {
  const { issuer } = await shop();
  const granted = await tokenReply(issuer, "stock.read stock.reserve");
  expect(granted).toMatchObject({ status: 200, body: { token_type: "Bearer", scope: "stock.read stock.reserve" } });
  const refused = await tokenReply(issuer, "stock.read", "another");
  expect(refused).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  expect(refused.body).not.toHaveProperty("access_token");
});

test("the inventory tells and reserves what is on stock; an order reserves once", async () => {
  const { issuer, inventory } = await shop({ mug: 3 });
  const both = await bearer(issuer, "stock.read stock.reserve");
  const order = { orderId: "1", items: [{ sku: "mug", quantity: 2 }] };
  expect(await call(`${inventory}/reservations`, both, order)).toMatchObject({ status: 201, body: order });
  expect(await call(`${inventory}/reservations`, both, order)).toMatchObject({ status: 200, body: order });
  expect(await call(`${inventory}/stock/mug`, both)).toMatchObject({ status: 200, body: { available: 1 } });
  expect(await call(`${inventory}/reservations`, both, { ...order, orderId: "2" })).toMatchObject({ status: 409 });
  expect(await call(`${inventory}/reservations/1`, both)).toMatchObject({ status: 200, body: order });
  expect(await call(`${inventory}/reservations/2`, both)).toMatchObject({ status: 404 });
  expect(await call(`${inventory}/stock/unheard-of`, both)).toMatchObject({ status: 200, body: { available: 0 } });
  expect(await call(`${inventory}/stock/%zz`, both)).toMatchObject({ status: 400 });
});

test.each([
  ["no items", { orderId: "1" }, /^items: /],
  ["a negative quantity", { orderId: "1", items: [{ sku: "mug", quantity: -1 }] }, /^items.0.quantity: /],
  ["something else", "text", /^body: /],
])("the inventory refuses a reservation with %s", async (_, body, message) => {
  const { issuer, inventory } = await shop();
  const reply = await call(`${inventory}/reservations`, await bearer(issuer, "stock.reserve"), body);
  expect(reply).toMatchObject({ status: 400, body: { error: expect.stringMatching(message) as string } });
});

test("the inventory says what is wrong with a token (RFC 6750)", async () => {
  const { issuer, inventory } = await shop();
  const { issuer: other } = await shop();
  const challenge = async (headers: Readonly<Record<string, string>>) => {
    const reply = await call(`${inventory}/`, headers);
    return [reply.status, reply.headers.get("www-authenticate")];
  };
  expect(await challenge({})).toEqual([401, "Bearer"]);
  expect(await challenge({ authorization: "Bearer nonsense" })).toEqual([401, 'Bearer error="invalid_token"']);
  expect(await challenge(await bearer(other, "stock.read"))).toEqual([401, 'Bearer error="invalid_token"']);
  const lacking = [403, 'Bearer error="insufficient_scope", scope="stock.read"'];
  expect(await challenge(await bearer(issuer, "stock.reserve"))).toEqual(lacking);
  expect(await challenge(await bearer(issuer, "stock.read"))).toEqual([200, null]);
});

test("the inventory does not blame the caller when the token server's keys cannot be fetched", async () => {
  const { issuer } = await shop();
  const { url, faults } = await serving(() => undefined, { port: 0, faultPort: 0 });
  await fetch(faults, { method: "PUT", body: "down" });
  const lonely = await serving(inventory({ issuer: url }));
  expect(await call(lonely.url, await bearer(issuer, "stock.read"))).toMatchObject({ status: 503 });
});

test.each([
  [1, "accept", 0],
  [890_000, "accept", 89],
  [900_000, "refuse", 90],
  [99_000_000, "refuse", 100],
])("the fraud detection says of %d: %s", async (amount, verdict, score) => {
  const { url } = await serving(fraud("key"));
  const payment = { orderId: "1", amount, currency: "EUR" };
  const reply = await call(`${url}/assessments`, { "x-api-key": "key" }, payment);
  expect(reply).toMatchObject({ status: 200, body: { orderId: "1", verdict, score } });
});

test("the fraud detection wants its key, and a payment", async () => {
  const { url } = await serving(fraud("key"));
  expect(await call(url, { "x-api-key": "other" })).toMatchObject({ status: 401 });
  expect(await call(url)).toMatchObject({ status: 401 });
  expect(await call(url, { "x-api-key": "key" })).toMatchObject({ status: 200 });
  expect(await call(`${url}/assessments`, { "x-api-key": "key" }, { amount: 1 })).toMatchObject({ status: 400 });
  expect(await call(`${url}/elsewhere`, { "x-api-key": "key" })).toMatchObject({ status: 404 });
});

test("the dead letters keep events as they came, and nothing else", async () => {
  const { url } = await serving(deadLetter());
  const event = new CloudEvent<unknown>({
    ...{ id: "1", source: "/shop", type: "order", data: { a: [1] }, time: "2026-01-02T03:04:05.000Z" },
    ...{ datacontenttype: "application/json", knativeerrorcode: "500" },
  });
  for (const { headers, body } of [HTTP.binary(event), HTTP.structured(event)]) {
    const sent = { method: "POST", headers: headers as Record<string, string>, body: body as string };
    expect((await fetch(url, sent)).status).toBe(202);
  }
  expect((await call(url, {}, { no: "event" })).status).toBe(400);
  const kept: unknown = JSON.parse(JSON.stringify(event));
  expect((await call(`${url}/events`)).body).toEqual([kept, kept]);
});

test("faults are switched on and off while a service runs, and only by their names", async () => {
  const { url, faults } = await serving(fraud("key"), { port: 0, faultPort: 0 });
  const set = async (fault: string) => (await fetch(faults, { method: "PUT", body: fault })).status;
  const ask = () => fetch(url, { headers: { "x-api-key": "key", connection: "close" } });
  expect(await set("errors")).toBe(204);
  expect((await ask()).status).toBe(503);
  expect(await set("down")).toBe(204);
  await expect(ask()).rejects.toThrow();
  expect(await set("tired")).toBe(400);
  await expect(ask()).rejects.toThrow();
  expect(await set("slow")).toBe(204);
  await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/);
  expect(await set("none")).toBe(204);
  expect((await ask()).status).toBe(200);
  expect((await fetch(`${url}/_fault`, { method: "PUT", body: "down" })).status).toBe(401);
});
