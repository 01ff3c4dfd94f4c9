/** Keeps the events that no try could deliver: takes CloudEvents 1.0 by `POST /`, lists them at `GET /events`. */
import type { IncomingMessage, RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { CloudEvent, HTTP } from "cloudevents";
import { answering, Refusal, routeOf } from "./http.ts";
import { run } from "./serve.ts";

/** The oldest goes when one more comes: it is for looking at, and holds all in memory. */
const KEPT = 1000;

export function deadLetter(): RequestListener {
  const events: CloudEvent[] = [];
  return answering(async (request) => {
    switch (routeOf(request)) {
      case "GET /":
        return { status: 200, body: { service: "dead-letter" } };
      case "GET /events":
        return { status: 200, body: events };
      case "POST /":
        events.push(await eventOf(request));
        if (events.length > KEPT) events.shift();
        return { status: 202, body: {} };
      default:
        throw new Refusal(404, "not found");
    }
  });
}

async function eventOf(request: IncomingMessage): Promise<CloudEvent> {
  const message = { headers: request.headers, body: await text(request) };
  try {
    const event = HTTP.toEvent(message);
    if (event instanceof CloudEvent) return event;
  } catch {
    // What is wrong with it is of no use to a broker.
  }
  throw new Refusal(400, "the request carries no CloudEvent 1.0");
}

if (import.meta.main) await run(deadLetter());
