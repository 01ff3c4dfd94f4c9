import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Api, applyObject, getJson } from "./api.ts";
import { type Launch, startAll, waitingFor } from "./launch.ts";
import { LEASES, type List, NODES, type Node, nodesAreReady, releaseNodes, removeOtherNodes } from "./nodes.ts";
import { FAKE_NODE_ANNOTATION } from "./programs.ts";
import { until } from "./until.ts";

const CAPACITY = { cpu: "1000", memory: "4Ti", "ephemeral-storage": "4Ti", pods: "10000" };
const nodeNames = ["node-a", "node-b", "node-c"];

/** What becomes of pods, as kwok plays it. */
export const STAGES = join(import.meta.dirname, "stages.yaml");

/** Starts kwok with three nodes, and returns when pods can be put on them. */
export async function launchSimulatedNodes(api: Api, launch: Launch): Promise<void> {
  copyFileSync(STAGES, launch.setup.layout.stages);
  await Promise.all([removeOtherNodes(api, nodeNames), releaseNodes(api, nodeNames)]);
  startAll(["kwok"], launch);
  await createNodes(api);
  const waiting = waitingFor(["etcd", "kube-apiserver", "kwok"], launch);
  await until(async () => (await nodesAreReady(api, nodeNames)) && (await nodesAreTaken(api)), waiting);
}

/** Creates the fake nodes, each in a zone of its own. */
async function createNodes(api: Api): Promise<void> {
  await Promise.all(nodeNames.map((name) => applyObject(api, `${NODES}/${name}`, JSON.stringify(fakeNode(name)))));
  // The status of a Node is a resource of its own, which kwok completes.
  await Promise.all(
    nodeNames.map((name) =>
      applyObject(
        api,
        `${NODES}/${name}/status`,
        JSON.stringify({ ...identity(name), status: { allocatable: CAPACITY, capacity: CAPACITY } }),
      ),
    ),
  );
}

/** True when kwok has taken the nodes on. */
async function nodesAreTaken(api: Api): Promise<boolean> {
  const leases = await getJson<List<Node>>(api, LEASES);
  const leased = new Set(leases.items.map(({ metadata }) => metadata.name));
  return nodeNames.every((name) => leased.has(name));
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
