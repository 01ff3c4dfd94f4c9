import type { CrdDocument } from "../provision/crds.ts";
import { type Api, applyObject, getJson } from "./api.ts";

interface Definition {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NOTE = "/api/v1/namespaces/kube-system/configmaps/patchbay-crds";
const AT_ONCE = 6;

/** True when the cluster has got this very set, as {@link noteCrds} wrote down. */
export async function hasCrds(api: Api, hash: string): Promise<boolean> {
  const { status, body } = await api.call("GET", NOTE);
  if (status !== 200) return false;
  return (JSON.parse(body) as { readonly data?: { readonly hash?: string } }).data?.hash === hash;
}

export async function applyCrds(api: Api, crds: readonly CrdDocument[], signal: AbortSignal): Promise<void> {
  const queue = [...crds];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      signal.throwIfAborted();
      await applyObject(api, `${DEFINITIONS}/${next.name}`, next.document);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** True when the API server serves them all. */
export async function crdsAreEstablished(api: Api, crds: readonly CrdDocument[]): Promise<boolean> {
  const { items } = await getJson<{ readonly items: readonly Definition[] }>(api, DEFINITIONS);
  const established = new Set(
    items
      .filter(({ status }) => status?.conditions?.some((it) => it.type === "Established" && it.status === "True"))
      .map(({ metadata }) => metadata.name),
  );
  return crds.every(({ name }) => established.has(name));
}

export async function noteCrds(api: Api, hash: string): Promise<void> {
  const note = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "patchbay-crds" }, data: { hash } };
  await applyObject(api, NOTE, JSON.stringify(note));
}
