import { join } from "node:path";
import type { ClusterLayout } from "./layout.ts";

/** Everything that runs, in the order of starting; stopping goes backwards. */
export const programNames = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type ProgramName = (typeof programNames)[number];

/** How the cluster is set up, as its command lines need it. */
export interface ClusterSetup {
  readonly layout: ClusterLayout;
  readonly port: number;
  /** False makes etcd skip fsync: data then survive the death of processes, but not of the machine. */
  readonly durable: boolean;
}

/** Fake nodes carry it; kwok plays the kubelet for them. */
export const FAKE_NODE_ANNOTATION = { key: "kwok.x-k8s.io/node", value: "fake" };

/**
 * etcd listens on a socket, for its port would give any user of the machine all Secrets. The path is relative to the
 * cluster's folder, since the system allows just 108 bytes; and etcd insists on something like a port at its end.
 */
const ETCD_SOCKET = "unix://etcd:0";
const ETCD_PEER_SOCKET = "unix://etcd-peer:0";

const commandLines: Readonly<Record<ProgramName, (setup: ClusterSetup) => string[]>> = {
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
  "kube-apiserver": ({ layout, port }) => [
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
    "--service-cluster-ip-range=10.96.0.0/16",
    "--authorization-mode=Node,RBAC",
    "--enable-priority-and-fairness=false",
    "--profiling=false",
  ],
  "kube-controller-manager": ({ layout }) => [
    ...controllerFlags(layout),
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${layout.certificate}`,
  ],
  "kube-scheduler": ({ layout }) => controllerFlags(layout),
  kwok: ({ layout }) => [
    `--kubeconfig=${layout.kubeconfig}`,
    `--config=${layout.stages}`,
    "--manage-all-nodes=false",
    `--manage-nodes-with-annotation-selector=${FAKE_NODE_ANNOTATION.key}=${FAKE_NODE_ANNOTATION.value}`,
    // Without leases the nodes turn NotReady under load, and every pod with them.
    "--node-lease-duration-seconds=40",
  ],
};

export function commandLine(name: ProgramName, setup: ClusterSetup): string[] {
  return commandLines[name](setup);
}

export function logFile(name: ProgramName, layout: ClusterLayout): string {
  return join(layout.logs, `${name}.log`);
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
