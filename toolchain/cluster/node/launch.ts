import { Resolver } from "node:dns/promises";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Api } from "../api.ts";
import { type Launch, startAll, waitingFor } from "../launch.ts";
import { NODES, nodesAreReady, releaseNodes, removeOtherNodes } from "../nodes.ts";
import { readRecord } from "../processes.ts";
import { writePrivately } from "../settings.ts";
import type { ClusterSetup } from "../setup.ts";
import { until } from "../until.ts";
import { ensureClientCertificate } from "./certificate.ts";
import { KUBE_PROXY_HEALTH_PORT, NODE_NAME, nodeFiles } from "./files.ts";
import { answers } from "./http.ts";
import { openSandbox } from "./sandbox.ts";

const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";
/** A name that every cluster has, once its DNS server knows the API's objects. */
const KNOWN_NAME = "kubernetes.default.svc.cluster.local";

/** Starts the registry, the sandbox and containerd, which need no API server; returns when the registry takes images. */
export async function launchContainers(launch: Launch, registry: string): Promise<void> {
  const { setup, binaries } = launch;
  await ensureClientCertificate(setup.layout.node);
  writeFiles(setup);
  startAll(["registry"], launch);
  await openSandbox(binaries, setup, waitingFor(["sandbox"], launch));
  const relays = ["api-relay", "registry-relay", "sandbox-api-relay", "sandbox-registry-relay"] as const;
  startAll([...relays, "containerd"], launch);
  await until(() => answers(`http://${registry}/v2/`), waitingFor(["registry"], launch));
}

/** Starts the rest of the node, and returns when pods run on it, by names and addresses of services. */
export async function launchRealNode(api: Api, launch: Launch): Promise<void> {
  const { layout, network } = launch.setup;
  const waiting = waitingFor(["etcd", "kube-apiserver", "sandbox", "containerd"], launch);
  await Promise.all([removeOtherNodes(api, [NODE_NAME]), releaseNodes(api, [NODE_NAME]), forgetReadiness(api)]);
  await until(() => Promise.resolve(existsSync(inSandbox(layout, CONTAINERD_SOCKET))), waiting);
  startAll(["coredns", "kubelet", "kube-proxy"], launch);
  const names = ["etcd", "kube-apiserver", "sandbox", "containerd", "coredns", "kubelet", "kube-proxy"] as const;
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([network.node]);
  const isReady = async () =>
    (await nodesAreReady(api, [NODE_NAME])) &&
    (await answers(`http://${network.node}:${KUBE_PROXY_HEALTH_PORT}/healthz`)) &&
    (await resolves(resolver, KNOWN_NAME));
  await until(isReady, waitingFor(names, launch));
}

function writeFiles(setup: ClusterSetup): void {
  const { node } = setup.layout;
  mkdirSync(node.podLogs, { recursive: true, mode: 0o700 });
  for (const [file, content] of nodeFiles(setup)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writePrivately(file, content);
  }
}

/** An earlier run may have left the node Ready; it is so again when its kubelet says so. */
async function forgetReadiness(api: Api): Promise<void> {
  const conditions = [{ type: "Ready", status: "Unknown", reason: "NodeStarts", message: "its kubelet is starting" }];
  await api.call("PATCH", `${NODES}/${NODE_NAME}/status`, {
    type: "application/strategic-merge-patch+json",
    content: JSON.stringify({ status: { conditions } }),
  });
}

/** Path of a file of the sandbox, as the machine sees it. */
function inSandbox(layout: ClusterSetup["layout"], path: string): string {
  return `/proc/${readRecord(layout).sandbox?.pid ?? 0}/root${path}`;
}

async function resolves(resolver: Resolver, name: string): Promise<boolean> {
  try {
    return (await resolver.resolve4(name)).length > 0;
  } catch {
    return false; // it does not answer yet, or does not know the cluster yet
  }
}
