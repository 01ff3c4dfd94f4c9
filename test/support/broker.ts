import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { type CloudEvent, HTTP } from "cloudevents";

/** One try to deliver an event. */
export interface Delivery {
  readonly event: string;
  readonly url: string;
  /** Whether it went to the dead letters. */
  readonly isDeadLetter: boolean;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface Destination {
  readonly ref: { readonly name: string; readonly namespace: string };
  readonly uri?: string;
}

/** As much of a Trigger (`eventing.knative.dev/v1`) as delivering takes. */
interface Trigger {
  readonly spec: {
    readonly broker: string;
    readonly filter: { readonly attributes: Readonly<Record<string, string>> };
    readonly subscriber: Destination;
    readonly delivery: {
      readonly retry: number;
      readonly backoffPolicy: "linear" | "exponential";
      /** ISO 8601: `PT1S`. */
      readonly backoffDelay: string;
      readonly deadLetterSink?: Destination;
    };
  };
}

const DELIVERY_TIMEOUT_MILLISECONDS = 10_000;

/** Statuses below 500 after which Knative tries again (its documentation, "Configuring Broker event delivery"). */
const PASSING = new Set([404, 408, 409, 429]);

/**
 * The data plane of Knative's brokers, played: takes events at `/<namespace>/<broker>` and delivers them as the Triggers in
 * the cluster say at that moment, with retries, back-off and dead letters.
 */
export class Broker {
  /** Every event that came in, in order. */
  readonly received: CloudEvent<unknown>[] = [];
  /** Every try to deliver one, in order. */
  readonly deliveries: Delivery[] = [];
  readonly #server: Server;
  readonly #core: CoreV1Api;
  readonly #custom: CustomObjectsApi;
  readonly #delivering = new Set<Promise<void>>();
  readonly #closed = new AbortController();

  private constructor(server: Server, config: KubeConfig) {
    this.#server = server;
    this.#core = config.makeApiClient(CoreV1Api);
    this.#custom = config.makeApiClient(CustomObjectsApi);
    server.on("request", (request, response) => void this.#take(request, response));
  }

  /** @param host address of the machine at which the cluster's pods reach it */
  static async start({ kubeconfig, host }: { kubeconfig: string; host: string }): Promise<Broker> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, host, resolve);
    });
    return new Broker(server, config);
  }

  /** What an environment names as `events.address`. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** Hands an event in, as the host does. */
  async send(namespace: string, event: CloudEvent<unknown>): Promise<void> {
    const { headers, body } = HTTP.binary(event);
    const response = await fetch(`${this.address}/${namespace}/default`, {
      method: "POST",
      headers: headers as Record<string, string>,
      body: body as string,
    });
    if (!response.ok) throw new Error(`the broker answers ${response.status}: ${await response.text()}`);
  }

  /** Tries to deliver an event, those to its dead letter sink left out. */
  triesOf(event: string): readonly Delivery[] {
    return this.deliveries.filter((one) => one.event === event && !one.isDeadLetter);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.allSettled(this.#delivering);
  }

  /** An event is accepted once it is known whom it goes to; it is delivered afterwards. */
  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, namespace = "", broker = ""] = (request.url ?? "").split("/");
    try {
      const event = HTTP.toEvent({ headers: request.headers, body: await text(request) }) as CloudEvent<unknown>;
      this.received.push(event);
      for (const trigger of await this.#triggers(namespace, broker)) {
        if (matches(trigger, event)) this.#start(this.#deliver(event, trigger));
      }
      response.writeHead(202).end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  }

  #start(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) console.error("broker:", error);
      })
      .finally(() => this.#delivering.delete(settled));
    this.#delivering.add(settled);
  }

  async #triggers(namespace: string, broker: string): Promise<Trigger[]> {
    const list = (await this.#custom.listNamespacedCustomObject({
      ...{ group: "eventing.knative.dev", version: "v1", plural: "triggers" },
      namespace,
    })) as { items: Trigger[] };
    return list.items.filter(({ spec }) => spec.broker === broker);
  }

  async #deliver(event: CloudEvent<unknown>, { spec: { subscriber, delivery } }: Trigger): Promise<void> {
    const url = await this.#urlOf(subscriber);
    let status: number | undefined;
    for (let retry = 0; retry <= delivery.retry; retry++) {
      if (retry > 0) await delay(backoff(delivery, retry), undefined, { signal: this.#closed.signal });
      status = await this.#post(event, url, false);
      if (status !== undefined && status < 300) return;
      if (status !== undefined && status < 500 && !PASSING.has(status)) break;
    }
    if (delivery.deadLetterSink === undefined) return;
    // Knative's own extensions tell the dead letters what went wrong.
    const failed = event.cloneWith({ knativeerrordest: url, knativeerrorcode: status ?? -1 });
    await this.#post(failed, await this.#urlOf(delivery.deadLetterSink), true);
  }

  async #post(event: CloudEvent<unknown>, url: string, isDeadLetter: boolean): Promise<number | undefined> {
    const { headers, body } = HTTP.binary(event);
    const at = Date.now();
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MILLISECONDS)]);
    const status = await fetch(url, {
      ...{ method: "POST", headers: headers as Record<string, string>, body: body as string, signal },
    }).then(
      (response) => response.status,
      () => undefined, // no answer is what is to be reported
    );
    this.deliveries.push({ event: event.id, url, isDeadLetter, status, at });
    return status;
  }

  async #urlOf({ ref, uri = "/" }: Destination): Promise<string> {
    const { spec } = await this.#core.readNamespacedService(ref);
    return `http://${spec?.clusterIP ?? ""}:${spec?.ports?.[0]?.port ?? 80}${uri}`;
  }
}

function matches({ spec }: Trigger, event: CloudEvent<unknown>): boolean {
  return Object.entries(spec.filter.attributes).every(([name, value]) => event[name] === value);
}

/** Milliseconds before a retry, the first of which is 1. */
function backoff({ backoffPolicy, backoffDelay }: Trigger["spec"]["delivery"], retry: number): number {
  const seconds = Number(/^PT(\d+(?:\.\d+)?)S$/.exec(backoffDelay)?.[1]);
  if (Number.isNaN(seconds)) throw new Error(`this broker does not know the back-off ${backoffDelay}`);
  return seconds * 1000 * (backoffPolicy === "linear" ? retry : 2 ** (retry - 1));
}
