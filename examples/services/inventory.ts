/** The shop's inventory: `GET /stock/{sku}` and `POST /reservations`, for bearers of a token with the scope (RFC 6750). */
import type { IncomingMessage, RequestListener } from "node:http";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { answering, bodyOf, Refusal, routeOf } from "./http.ts";
import { run, variable } from "./serve.ts";

export interface InventoryOptions {
  /** Base URL of the token server. */
  readonly issuer: string;
  /** Items on stock, by SKU. */
  readonly stock?: Readonly<Record<string, number>>;
}

/** What tokens for it are issued for (RFC 8707). */
export const inventoryResource = "urn:shop:inventory";

const STOCK = { "mug-blue": 1_000_000, "mug-red": 1_000_000, "teapot-white": 3, "teapot-black": 0 };

const reservationSchema = z.object({
  orderId: z.string().min(1),
  items: z.array(z.object({ sku: z.string().min(1), quantity: z.int().positive() })).max(1000),
});
type Reservation = z.output<typeof reservationSchema>;

export function inventory({ issuer, stock = STOCK }: InventoryOptions): RequestListener {
  const available = new Map(Object.entries(stock));
  const reservations = new Map<string, Reservation>();
  const check = tokenCheck(issuer);

  /** An order that is sent again finds its reservation. */
  function reserve(wanted: Reservation): { status: number; body: Reservation } {
    const existing = reservations.get(wanted.orderId);
    if (existing) return { status: 200, body: existing };
    const lacking = wanted.items.find(({ sku, quantity }) => (available.get(sku) ?? 0) < quantity);
    if (lacking) throw new Refusal(409, `not enough of ${lacking.sku}`);
    for (const { sku, quantity } of wanted.items) available.set(sku, (available.get(sku) ?? 0) - quantity);
    reservations.set(wanted.orderId, wanted);
    return { status: 201, body: wanted };
  }

  return answering(async (request) => {
    const route = routeOf(request);
    if (route === "POST /reservations") {
      await check(request, "stock.reserve");
      return reserve(await bodyOf(request, reservationSchema));
    }
    await check(request, "stock.read");
    if (route === "GET /") return { status: 200, body: { service: "inventory" } };
    const [, kind, segment = ""] = /^GET \/(stock|reservations)\/([^/]+)$/.exec(route) ?? [];
    const id = decodeURIComponent(segment);
    // An article that nobody knows is out of stock.
    if (kind === "stock") return { status: 200, body: { sku: id, available: available.get(id) ?? 0 } };
    const reservation = kind === "reservations" ? reservations.get(id) : undefined;
    if (reservation) return { status: 200, body: reservation };
    throw new Refusal(404, "not found");
  });
}

type TokenCheck = (request: IncomingMessage, scope: string) => Promise<void>;

/** Checks a request's token. The token server's keys are fetched when a token is signed by one that is not known. */
function tokenCheck(issuer: string): TokenCheck {
  const keys = createRemoteJWKSet(new URL("/jwks", issuer), { cooldownDuration: 1000 });
  return async (request, scope) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new Refusal(401, "a token is missing", { "www-authenticate": "Bearer" });
    const { payload } = await jwtVerify(token, keys, { issuer, audience: inventoryResource, typ: "at+jwt" }).catch(
      refuse,
    );
    const granted = typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [];
    if (granted.includes(scope)) return;
    const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
    throw new Refusal(403, `the token lacks the scope ${scope}`, { "www-authenticate": challenge });
  };
}

/** Whether a token is good cannot be said as long as the token server's keys cannot be had: that is no fault of the caller. */
function refuse(error: unknown): never {
  if (
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error.code === "ERR_JOSE_GENERIC"
  ) {
    throw new Refusal(503, "the token server's keys cannot be fetched");
  }
  throw new Refusal(401, "the token is not valid", { "www-authenticate": 'Bearer error="invalid_token"' });
}

if (import.meta.main) await run(inventory({ issuer: variable("ISSUER") }));
