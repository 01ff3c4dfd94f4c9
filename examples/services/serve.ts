import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const faults = ["none", "down", "slow", "errors"] as const;

/**
 * How a service misbehaves: `down` closes each connection without an answer, `slow` answers later than any caller waits,
 * `errors` answers 503.
 */
export type Fault = (typeof faults)[number];

export interface Ports {
  /** 0: any that is free. */
  readonly port: number;
  /** Where faults are switched on, by `PUT /_fault` with the fault's name as body; nowhere, if absent. */
  readonly faultPort?: number | undefined;
}

/** A service that listens. */
export interface Listening {
  readonly port: number;
  readonly faultPort: number | undefined;
  /** Takes no more requests, and returns when those that came have their answers. */
  close(): Promise<void>;
}

const SLOW_MILLISECONDS = 15_000;

/** Runs a service as the program of a container: ports from the variables PORT and FAULT_PORT, until SIGTERM. */
export async function run(service: RequestListener): Promise<void> {
  const { PORT = "8080", FAULT_PORT } = process.env;
  const faultPort = FAULT_PORT === undefined ? undefined : Number(FAULT_PORT);
  const listening = await serve(service, { port: Number(PORT), faultPort });
  process.once("SIGTERM", () => {
    void listening.close();
  });
  console.log(JSON.stringify({ message: "listening", port: listening.port, faultPort: listening.faultPort }));
}

export async function serve(service: RequestListener, { port, faultPort }: Ports): Promise<Listening> {
  let fault: Fault = "none";
  const switchTo = (wanted: Fault) => {
    fault = wanted;
  };
  const servers = [createServer(misbehaving(service, () => fault))];
  if (faultPort !== undefined) servers.push(createServer(faultSwitch(switchTo)));
  const [own = 0, other] = await Promise.all(
    servers.map((server, index) => listen(server, index === 0 ? port : (faultPort ?? 0))),
  );
  return {
    port: own,
    faultPort: other,
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

/** A variable that the program cannot do without. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`The variable ${name} is not set.`);
  return value;
}

function misbehaving(service: RequestListener, current: () => Fault): RequestListener {
  return (request, response) => {
    switch (current()) {
      case "none":
        service(request, response);
        return;
      case "down":
        request.socket.destroy();
        return;
      case "errors":
        response.writeHead(503).end("unavailable, as was asked for\n");
        return;
      case "slow":
        void delay(SLOW_MILLISECONDS, undefined, { ref: false }).then(() => {
          service(request, response);
        });
    }
  };
}

function faultSwitch(switchTo: (fault: Fault) => void): RequestListener {
  return (request, response) => {
    void text(request).then((body) => {
      const fault = faults.find((name) => name === body.trim());
      const known = request.method === "PUT" && request.url === "/_fault" && fault !== undefined;
      if (known) switchTo(fault);
      response.writeHead(known ? 204 : 400).end(known ? undefined : `PUT /_fault with one of ${faults.join(", ")}\n`);
    });
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
