/** Preloaded into a program: counts what its Kubernetes client asks the API for, and writes the counts down when it ends. */
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";

/** What a program asked the Kubernetes API for. */
export interface ApiRequests {
  /** Watches that were opened. */
  readonly watches: number;
  /** Requests that were no watches. */
  readonly requests: number;
  /** Connections that were opened, each with a TLS handshake. */
  readonly connections: number;
  /** Most connections that were open at once. */
  readonly openAtOnce: number;
}

const file = process.env.PATCHBAY_BENCH_API_REQUESTS;
if (file !== undefined) {
  const counts = { watches: 0, requests: 0, connections: 0, openAtOnce: 0 };
  let open = 0;
  subscribe("undici:request:create", (message) => {
    const { path } = (message as { readonly request: { readonly path: string } }).request;
    counts[path.includes("watch=true") ? "watches" : "requests"] += 1;
  });
  subscribe("undici:client:connected", (message) => {
    const { socket } = message as { readonly socket: { once(event: "close", listener: () => void): void } };
    counts.connections += 1;
    open += 1;
    counts.openAtOnce = Math.max(counts.openAtOnce, open);
    socket.once("close", () => {
      open -= 1;
    });
  });
  process.once("exit", () => {
    writeFileSync(file, JSON.stringify(counts));
  });
}
