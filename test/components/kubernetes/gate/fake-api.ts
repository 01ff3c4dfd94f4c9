/** A small HTTP server in the API server's place: lists, watches, logs and changes, of objects that a test puts there. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Connection } from "../../../../components/kubernetes/gate/connection.ts";

/** A request other than a watch, as it came in. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Plain data is sent as JSON, a text as it is, {@link refuse} as an error of the API. */
type Answer = (asked: Asked) => unknown;

class Refusal {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** An answer by which the API refuses what it is asked for. */
export function refuse(status: number): Answer {
  return () => new Refusal(status);
}

export class FakeApi implements AsyncDisposable {
  readonly #server: Server;
  readonly #answers = new Map<string, Answer>();
  readonly #watches = new Set<ServerResponse>();
  readonly #refusedWatches: number[] = [];
  /** All that was asked, watches apart, in order. */
  readonly asked: Asked[] = [];
  /** How many watches were opened in all. */
  watchesOpened = 0;
  /** How many connections clients have opened in all. */
  connectionsOpened = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("connection", () => {
      this.connectionsOpened += 1;
    });
  }

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    await new Promise<void>((listening) => api.#server.listen(0, "127.0.0.1", listening));
    return api;
  }

  /** How its clients find it. */
  get connection(): Connection {
    const server = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
    const kubeconfig = {
      // The client takes plain HTTP only from somebody who does without certificates.
      clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "test", user: {} }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "test" } }],
      "current-context": "fake",
    };
    return { kubeconfig: JSON.stringify(kubeconfig), context: undefined };
  }

  /** Answers a method and path; every other one is not found. */
  on(method: string, path: string, answer: Answer): this {
    this.#answers.set(`${method} ${path}`, answer);
    return this;
  }

  /** Tells every watch that something has changed. */
  announce(): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type: "MODIFIED", object: {} })}\n`);
  }

  /** Ends every watch that is open, as the API server does now and then. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** Refuses the next watch with a status. */
  refuseNextWatch(status: number): void {
    this.#refusedWatches.push(status);
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** What was asked by a method, as paths. */
  pathsOf(method: string): string[] {
    return this.asked.filter((asked) => asked.method === method).map(({ path }) => path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const { pathname: path, searchParams } = new URL(url, "http://fake");
    if (searchParams.get("watch") === "true") {
      this.#watch(response);
      return;
    }
    const hasBody = Number(request.headers["content-length"] ?? 0) > 0;
    const asked = { method, path, query: Object.fromEntries(searchParams), body: hasBody ? await json(request) : null };
    this.asked.push(asked);
    const answer = (this.#answers.get(`${method} ${path}`) ?? refuse(404))(asked);
    const type = typeof answer === "string" ? "text/plain" : "application/json";
    response.writeHead(answer instanceof Refusal ? answer.status : 200, { "content-type": type });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  }

  #watch(response: ServerResponse): void {
    this.watchesOpened += 1;
    const refused = this.#refusedWatches.shift();
    response.writeHead(refused ?? 200, { "content-type": "application/json" });
    if (refused !== undefined) {
      response.end();
      return;
    }
    response.flushHeaders();
    this.#watches.add(response);
    response.on("close", () => this.#watches.delete(response));
  }
}
