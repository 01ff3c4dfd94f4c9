import { request as http } from "node:http";
import { request as https, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { PatchbayError } from "../../model/index.ts";
import type { DeclaredObject, KubernetesData } from "./declared.ts";

/** Requests to the API server at the same time. */
const atOnce = 8;

const resourceListSchema = z.object({
  resources: z.array(z.object({ kind: z.string(), name: z.string(), namespaced: z.boolean() })),
});

/**
 * Reads and applies objects of any kind, as data. Not by the client's own classes: they rename fields (`from` to `_from`), and what they
 * do not know would be lost from what is applied.
 */
export class Objects {
  readonly #config: KubeConfig;
  readonly #resources = new Map<string, Promise<unknown>>();

  private constructor(config: KubeConfig) {
    this.#config = config;
  }

  static async at(kubeconfig: string, context?: string): Promise<Objects> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    if (context !== undefined) config.setCurrentContext(context);
    return new Objects(config);
  }

  /** An object as it is; nothing where there is none, or no such kind any more. */
  async read({ object }: DeclaredObject): Promise<KubernetesData | undefined> {
    const path = await this.#pathOf(object);
    return path === undefined ? undefined : ((await this.#request("GET", path)) as KubernetesData | undefined);
  }

  /** An object as applying its declaration leaves it, fields of others included that it declares; a dry run changes nothing. */
  async applied({ object, fieldManager }: DeclaredObject, dryRun: boolean): Promise<KubernetesData> {
    const query = new URLSearchParams({ fieldManager, force: "true", ...(dryRun && { dryRun: "All" }) });
    const path = `${(await this.#pathOf(object)) ?? ""}?${query.toString()}`;
    return (await this.#request("PATCH", path, JSON.stringify(object))) as KubernetesData;
  }

  /** Deletes an object, and what belongs to it. */
  async remove(object: KubernetesData): Promise<void> {
    await this.#request("DELETE", `${(await this.#pathOf(object)) ?? ""}?propagationPolicy=Background`);
  }

  async #pathOf({ apiVersion, kind, metadata }: KubernetesData): Promise<string | undefined> {
    const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const listing = this.#resources.get(group) ?? this.#request("GET", group);
    this.#resources.set(group, listing);
    const { resources } = resourceListSchema.parse((await listing) ?? { resources: [] });
    const resource = resources.find((one) => one.kind === kind && !one.name.includes("/"));
    if (resource === undefined) return undefined;
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${group}${namespace}/${resource.name}/${metadata.name}`;
  }

  /** The answer as data; nothing where there is no such thing. */
  async #request(method: string, path: string, body?: string): Promise<unknown> {
    const server = this.#config.getCurrentCluster()?.server ?? "";
    const url = new URL(`${server.replace(/\/$/, "")}${path}`);
    const headers = body === undefined ? {} : { "content-type": "application/apply-patch+yaml" };
    const options: RequestOptions = { method, headers };
    await this.#config.applyToHTTPSOptions(options);
    const { status, content } = await answerOf(url, options, body);
    if (status === 404) return undefined;
    if (status < 300) return JSON.parse(content);
    throw refused(`${method} ${url.pathname}`, status, content);
  }
}

async function answerOf(
  url: URL,
  options: RequestOptions,
  body?: string,
): Promise<{ readonly status: number; readonly content: string }> {
  return new Promise((done, fail) => {
    const request = (url.protocol === "http:" ? http : https)(url, options, (response) => {
      text(response).then((content) => {
        done({ status: response.statusCode ?? 0, content });
      }, fail);
    });
    request.on("error", (error) => {
      fail(refused(url.host, 0, error.message));
    });
    request.end(body);
  });
}

function refused(what: string, status: number, content: string): PatchbayError {
  const { message = content } = (parsed(content) ?? {}) as { readonly message?: string };
  return new PatchbayError([
    {
      code: "engine-failed",
      file: "cluster",
      path: what,
      found: status === 0 ? message : `${String(status)}: ${message}`,
      expected: "an API server that answers, and the right to get, patch and delete what was declared",
      remedy: "see that the cluster runs, and what the kubeconfig's user may do (kubectl auth can-i --list)",
    },
  ]);
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Works on each item, some at a time, and keeps their order. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  return results;
}
