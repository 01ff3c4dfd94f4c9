import { join } from "node:path";
import type { ClusterSetup, Command, RealNodeSetup } from "../setup.ts";
import { cgroupOf } from "./cgroups.ts";
import { NODE_NAME } from "./files.ts";

/** What a real node takes, in the order of starting. */
export const nodeProgramNames = [
  "registry",
  "api-relay",
  "registry-relay",
  "sandbox",
  "sandbox-api-relay",
  "sandbox-registry-relay",
  "containerd",
  "coredns",
  "kubelet",
  "kube-proxy",
] as const;
export type NodeProgramName = (typeof nodeProgramNames)[number];

/** Folder of the scripts that make a sandbox. */
export const SCRIPTS = join(import.meta.dirname, "scripts");

/** Where the sandbox has the cluster's folder besides its own place: sockets have short names there. */
export const SANDBOX_FOLDER = "/run/patchbay";

/*
 * The sandbox has no way to the machine's loopback addresses, where the API server and the registry listen. Sockets in
 * the cluster's folder, which is its owner's alone, join them to the same ports of the sandbox's own loopback.
 */
const API_SOCKET = "api.sock";
const REGISTRY_SOCKET = "registry.sock";

export const nodeCommandLines: Readonly<Record<NodeProgramName, (setup: ClusterSetup) => Command>> = {
  registry: ({ layout }) => onMachine("registry", ["serve", layout.node.registryConfig]),
  "api-relay": ({ port }) => outerRelay(API_SOCKET, port),
  "registry-relay": (setup) => outerRelay(REGISTRY_SOCKET, realNode(setup).registryPort),
  sandbox: ({ layout }) => onMachine("sh", [join(SCRIPTS, "open.sh"), cgroupOf(layout)]),
  "sandbox-api-relay": ({ port }) => innerRelay(API_SOCKET, port),
  "sandbox-registry-relay": (setup) => innerRelay(REGISTRY_SOCKET, realNode(setup).registryPort),
  containerd: ({ layout }) => inSandbox("containerd", [`--config=${layout.node.containerdConfig}`]),
  coredns: ({ layout }) => inSandbox("coredns", [`-conf=${layout.node.corefile}`]),
  kubelet: ({ layout, network }) =>
    inSandbox("kubelet", [
      `--config=${layout.node.kubeletConfig}`,
      `--kubeconfig=${layout.kubeconfig}`,
      `--root-dir=${layout.node.kubelet}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${network.node}`,
      "--node-labels=topology.kubernetes.io/zone=zone-a",
    ]),
  "kube-proxy": ({ layout }) => inSandbox("kube-proxy", [`--config=${layout.node.kubeProxyConfig}`]),
};

function realNode(setup: ClusterSetup): RealNodeSetup {
  if (setup.realNode === undefined) throw new Error("this cluster's nodes are simulated");
  return setup.realNode;
}

function onMachine(program: string, args: readonly string[]): Command {
  return { program, args, sandboxed: false };
}

function inSandbox(program: string, args: readonly string[]): Command {
  return { program, args, sandboxed: true };
}

function outerRelay(socket: string, port: number): Command {
  return onMachine("socat", [`UNIX-LISTEN:${socket},fork,mode=600,unlink-early`, `TCP4:127.0.0.1:${port}`]);
}

function innerRelay(socket: string, port: number): Command {
  return inSandbox("socat", [
    `TCP4-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`,
    `UNIX-CONNECT:${SANDBOX_FOLDER}/${socket}`,
  ]);
}
