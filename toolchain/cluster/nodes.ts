import { type Api, applyObject, getJson } from "./api.ts";
import { FAKE_NODE_ANNOTATION } from "./programs.ts";

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface List<T> {
  readonly items: readonly T[];
}

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
const CAPACITY = { cpu: "1000", memory: "4Ti", "ephemeral-storage": "4Ti", pods: "10000" };
const nodeNames = ["node-a", "node-b", "node-c"];

/**
 * Removes the leases that an earlier kwok held: a new one would leave the nodes, and pods on them, alone until the old
 * leases have run out.
 */
export async function releaseNodes(api: Api): Promise<void> {
  await Promise.all(nodeNames.map((name) => api.call("DELETE", `${LEASES}/${name}`)));
}

/** Creates three fake nodes, each in a zone of its own. */
export async function createNodes(api: Api): Promise<void> {
  await Promise.all(nodeNames.map((name) => applyObject(api, `/api/v1/nodes/${name}`, JSON.stringify(fakeNode(name)))));
  // The status of a Node is a resource of its own, which kwok completes.
  await Promise.all(
    nodeNames.map((name) =>
      applyObject(
        api,
        `/api/v1/nodes/${name}/status`,
        JSON.stringify({ ...identity(name), status: { allocatable: CAPACITY, capacity: CAPACITY } }),
      ),
    ),
  );
}

/** True when kwok has taken the nodes on and pods can be scheduled to them. */
export async function nodesAreReady(api: Api): Promise<boolean> {
  const [nodes, leases] = await Promise.all([
    getJson<List<Node>>(api, "/api/v1/nodes"),
    getJson<List<Node>>(api, LEASES),
  ]);
  const leased = new Set(leases.items.map(({ metadata }) => metadata.name));
  return nodeNames.every((name) => {
    const node = nodes.items.find(({ metadata }) => metadata.name === name);
    const isReady = node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    return isReady === true && leased.has(name) && (node?.spec?.taints ?? []).length === 0;
  });
}

function identity(name: string) {
  return { apiVersion: "v1", kind: "Node", metadata: { name } };
}

function fakeNode(name: string) {
  const labels = {
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "topology.kubernetes.io/zone": name.replace("node", "zone"),
    type: "kwok",
  };
  const annotations = { [FAKE_NODE_ANNOTATION.key]: FAKE_NODE_ANNOTATION.value };
  return { ...identity(name), metadata: { name, labels, annotations } };
}
