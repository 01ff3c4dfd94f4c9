/** The fraud detection's sandbox: `POST /assessments`, for holders of the key in the header X-Api-Key. */
import type { RequestListener } from "node:http";
import { z } from "zod";
import { answering, bodyOf, Refusal, routeOf } from "./http.ts";
import { run, variable } from "./serve.ts";

/** Amount in the currency's smallest unit that gets the worst score. */
const WORST_AMOUNT = 1_000_000;
const WORST_SCORE = 100;
const REFUSED_FROM = 90;

const paymentSchema = z.object({
  orderId: z.string().min(1),
  amount: z.int().positive(),
  currency: z.string().length(3),
});

export function fraud(key: string): RequestListener {
  return answering(async (request) => {
    if (request.headers["x-api-key"] !== key) throw new Refusal(401, "the header X-Api-Key holds no valid key");
    const route = routeOf(request);
    if (route === "GET /") return { status: 200, body: { service: "fraud-detection" } };
    if (route !== "POST /assessments") throw new Refusal(404, "not found");
    const { orderId, amount } = await bodyOf(request, paymentSchema);
    const score = Math.min(WORST_SCORE, Math.round((amount / WORST_AMOUNT) * WORST_SCORE));
    return { status: 200, body: { orderId, score, verdict: score < REFUSED_FROM ? "accept" : "refuse" } };
  });
}

if (import.meta.main) await run(fraud(variable("API_KEY")));
