import { type Api, getJson } from "./api.ts";

export interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface List<T> {
  readonly items: readonly T[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly nodeName?: string };
}

export const NODES = "/api/v1/nodes";
export const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

/** True when the nodes are ready, and pods may be put on them. */
export async function nodesAreReady(api: Api, names: readonly string[]): Promise<boolean> {
  const { items } = await getJson<List<Node>>(api, NODES);
  return names.every((name) => {
    const node = items.find(({ metadata }) => metadata.name === name);
    const isReady = node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    return isReady === true && (node?.spec?.taints ?? []).length === 0;
  });
}

/**
 * Removes the nodes that the cluster had when it was of the other kind, and the pods on them, which nobody runs now; the
 * controllers create new ones.
 */
export async function removeOtherNodes(api: Api, names: readonly string[]): Promise<void> {
  const { items } = await getJson<List<Node>>(api, NODES);
  const others = items.map(({ metadata }) => metadata.name).filter((name) => !names.includes(name));
  if (others.length === 0) return;
  await Promise.all(others.map((name) => api.call("DELETE", `${NODES}/${name}`)));
  const pods = await getJson<List<Pod>>(api, "/api/v1/pods");
  for (const { metadata, spec } of pods.items) {
    if (spec?.nodeName === undefined || !others.includes(spec.nodeName)) continue;
    await api.call("DELETE", `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`);
  }
}

/**
 * Removes the leases that an earlier run held: a new kwok would leave the nodes, and pods on them, alone until the old
 * leases have run out; and a kubelet would pass for alive before it is.
 */
export async function releaseNodes(api: Api, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => api.call("DELETE", `${LEASES}/${name}`)));
}
