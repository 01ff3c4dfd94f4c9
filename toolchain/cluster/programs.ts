import { join } from "node:path";
import type { ClusterLayout } from "./layout.ts";
import { type NodeProgramName, nodeCommandLines, nodeProgramNames } from "./node/commands.ts";
import type { ClusterSetup, Command, NodeKind } from "./setup.ts";

const controlPlaneNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "rollouts-controller",
] as const;

export type ProgramName = (typeof controlPlaneNames)[number] | "kwok" | NodeProgramName;

/** Everything that runs in a cluster with such nodes. */
export function programsOf(kind: NodeKind): readonly ProgramName[] {
  return kind === "real" ? [...controlPlaneNames, ...nodeProgramNames] : [...controlPlaneNames, "kwok"];
}

/** Fake nodes carry it; kwok plays the kubelet for them. */
export const FAKE_NODE_ANNOTATION = { key: "kwok.x-k8s.io/node", value: "fake" };

/**
 * etcd listens on a socket, for its port would give any user of the machine all Secrets. The path is relative to the
 * cluster's folder, since the system allows just 108 bytes; and etcd insists on something like a port at its end.
 */
const ETCD_SOCKET = "unix://etcd:0";
const ETCD_PEER_SOCKET = "unix://etcd-peer:0";

/** Argo's servers listen on all of the machine's interfaces and know only their port: an impossible one keeps them off. */
const NO_PORT = 65536;

const commandLines: Readonly<
  Record<Exclude<ProgramName, NodeProgramName>, (setup: ClusterSetup) => readonly string[]>
> = {
  etcd: ({ layout, durable }) => [
    "--name=patchbay",
    `--data-dir=${layout.data}`,
    `--listen-client-urls=${ETCD_SOCKET}`,
    `--advertise-client-urls=${ETCD_SOCKET}`,
    `--listen-peer-urls=${ETCD_PEER_SOCKET}`,
    `--initial-advertise-peer-urls=${ETCD_PEER_SOCKET}`,
    `--initial-cluster=patchbay=${ETCD_PEER_SOCKET}`,
    // A single member has nobody to wait for before it elects itself.
    "--heartbeat-interval=20",
    "--election-timeout=200",
    ...(durable ? [] : ["--unsafe-no-fsync"]),
  ],
  "kube-apiserver": ({ layout, port, network, realNode }) => [
    `--etcd-servers=${ETCD_SOCKET}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    // Loopback addresses cannot be endpoints of the "kubernetes" service.
    "--endpoint-reconciler-type=none",
    `--secure-port=${port}`,
    `--cert-dir=${layout.certificates}`,
    `--token-auth-file=${layout.tokens}`,
    `--service-account-key-file=${layout.serviceAccountKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-cluster-ip-range=${network.services}`,
    "--authorization-mode=Node,RBAC",
    "--enable-priority-and-fairness=false",
    "--profiling=false",
    ...(realNode
      ? [
          // Else it would look the node's name up for `kubectl logs`.
          "--kubelet-preferred-address-types=InternalIP",
          `--kubelet-client-certificate=${layout.node.clientCertificate}`,
          `--kubelet-client-key=${layout.node.clientKey}`,
        ]
      : []),
  ],
  "kube-controller-manager": ({ layout }) => [
    ...controllerFlags(layout),
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${layout.certificate}`,
  ],
  "kube-scheduler": ({ layout }) => controllerFlags(layout),
  "rollouts-controller": ({ layout, realNode }) => [
    `--kubeconfig=${layout.kubeconfig}`,
    "--leader-elect=false",
    "--qps=500",
    "--burst=1000",
    "--loglevel=warn",
    ...(realNode ? [] : [`--metricsPort=${NO_PORT}`, `--healthzPort=${NO_PORT}`]),
  ],
  kwok: ({ layout }) => [
    `--kubeconfig=${layout.kubeconfig}`,
    `--config=${layout.stages}`,
    "--manage-all-nodes=false",
    `--manage-nodes-with-annotation-selector=${FAKE_NODE_ANNOTATION.key}=${FAKE_NODE_ANNOTATION.value}`,
    // Without leases the nodes turn NotReady under load, and every pod with them.
    "--node-lease-duration-seconds=40",
  ],
};

export function commandOf(name: ProgramName, setup: ClusterSetup): Command {
  if (isOfNode(name)) return nodeCommandLines[name](setup);
  // Argo's analyses ask services of the cluster, by their names: it has to be where these can be reached.
  const sandboxed = name === "rollouts-controller" && setup.realNode !== undefined;
  return { program: name, args: commandLines[name](setup), sandboxed };
}

export function logFile(name: ProgramName, layout: ClusterLayout): string {
  return join(layout.logs, `${name}.log`);
}

function isOfNode(name: ProgramName): name is NodeProgramName {
  return Object.hasOwn(nodeCommandLines, name);
}

function controllerFlags(layout: ClusterLayout): string[] {
  return [
    `--kubeconfig=${layout.kubeconfig}`,
    "--leader-elect=false",
    "--secure-port=0",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
  ];
}
