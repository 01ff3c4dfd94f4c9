import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { deployServices } from "../../examples/services/deploy.ts";
import { machineFolders } from "../../examples/services/machine.ts";
import { faultPort } from "../../examples/services/manifests.ts";
import type { Fault } from "../../examples/services/serve.ts";
import { quietProgress } from "../../toolchain/index.ts";
import { type Data, shopCredentials, shopSecrets, shopServices } from "./documents.ts";

const checkout = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The systems whose faults can be switched on. */
type Program = "idp" | "inventory" | "fraud" | "events-dead-letter";

const namespaces: Readonly<Record<Program | "orders-db", string>> = {
  "orders-db": "data",
  idp: "erp",
  inventory: "erp",
  fraud: "sandbox",
  "events-dead-letter": "events",
};

/** `services` of an environment whose systems run in the cluster itself. */
export function deployedServices(): Data {
  const { fraud, ...others } = shopServices() as Record<string, Data>;
  return { ...others, fraud: { ...fraud, url: "http://fraud.sandbox.svc" } };
}

/** Where the events of such an environment go that no try could deliver. */
export const deployedDeadLetter = { service: "events-dead-letter", namespace: "events" };

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** The shop's systems as they run in a cluster with a real node, seen from the tests. */
export class ShopServices {
  readonly #core: CoreV1Api;

  private constructor(core: CoreV1Api) {
    this.#core = core;
  }

  /** Starts them, or finds that they run; with the credentials of `shopCredentials`, and without faults. */
  static async deploy(kubeconfig: string, credentials: unknown = shopCredentials()): Promise<ShopServices> {
    await deployServices({ kubeconfig, checkout, credentials, progress: quietProgress, faults: true });
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const services = new ShopServices(config.makeApiClient(CoreV1Api));
    const programs = (Object.keys(namespaces) as (keyof typeof namespaces)[]).filter((name) => name !== "orders-db");
    await Promise.all(programs.map((name) => services.setFault(name, "none")));
    return services;
  }

  /** From now on, until it is set to `none`. */
  async setFault(name: Program, fault: Fault): Promise<void> {
    const { status, body } = await this.#call(name, "/_fault", { method: "PUT", body: fault }, faultPort);
    if (status !== 204) throw new Error(`${name}: ${String(body)}`);
  }

  /** What a statement returns, rows in lines and columns separated by `|`. */
  async query(statement: string, password: string = shopSecrets.ordersPassword): Promise<string> {
    const psql = join(machineFolders(checkout).postgres, "psql");
    const args = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement];
    const env = {
      PGHOST: await this.#address("orders-db"),
      PGDATABASE: "orders",
      PGUSER: "shop",
      PGPASSWORD: password,
    };
    const { stdout } = await run(psql, args, { env });
    return stdout.trim();
  }

  /** A reply to a request for a token. */
  token(scope: string, secret: string = shopSecrets.inventoryClientSecret): Promise<Reply> {
    return this.#call("idp", "/token", {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`shop:${encodeURIComponent(secret)}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
  }

  /** A reply of the inventory to somebody with a token for the scope; to somebody without one, where that is absent. */
  async inventory(path: string, scope?: string, body?: unknown): Promise<Reply> {
    const issued = scope === undefined ? undefined : await this.token(scope);
    const { access_token: token } = (issued?.body ?? {}) as { access_token?: string };
    return this.#call("inventory", path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    });
  }

  /** A reply of the fraud detection to a question about a payment. */
  fraud(amount: number, key: string = shopSecrets.fraudKey): Promise<Reply> {
    const body = JSON.stringify({ orderId: "1", amount, currency: "EUR" });
    return this.#call("fraud", "/assessments", { method: "POST", headers: { "x-api-key": key }, body });
  }

  /** The events that no try could deliver. */
  async deadLetters(): Promise<readonly Data[]> {
    return (await this.#call("events-dead-letter", "/events", {})).body as Data[];
  }

  async #call(name: Program, path: string, options: RequestInit, port = 80): Promise<Reply> {
    const response = await fetch(`http://${await this.#address(name)}:${port}${path}`, {
      ...options,
      // A connection that is kept would hide that a system is down.
      headers: { ...(options.headers as Record<string, string>), connection: "close" },
    });
    const content = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, body: isJson ? JSON.parse(content) : content };
  }

  async #address(name: keyof typeof namespaces): Promise<string> {
    const { spec } = await this.#core.readNamespacedService({ name, namespace: namespaces[name] });
    return spec?.clusterIP ?? "";
  }
}
