import type { ClusterLayout } from "./layout.ts";
import type { ClusterNetwork } from "./network.ts";

/** Whether pods run as containers, or are played by kwok. */
export type NodeKind = "real" | "simulated";

/** How the cluster is set up, as its command lines and files need it. */
export interface ClusterSetup {
  readonly layout: ClusterLayout;
  readonly port: number;
  /** False makes etcd skip fsync: data then survive the death of processes, but not of the machine. */
  readonly durable: boolean;
  readonly network: ClusterNetwork;
  /** Undefined where the nodes are simulated. */
  readonly realNode: RealNodeSetup | undefined;
}

/** What a real node takes besides. */
export interface RealNodeSetup {
  /** Loopback port of the image registry. */
  readonly registryPort: number;
  /** Folder of the machine's CNI plugins. */
  readonly cniPlugins: string;
  /** containerd's snapshotter; overlayfs does not work on top of another overlay. */
  readonly snapshotter: "overlayfs" | "native";
}

/** How a program is run. */
export interface Command {
  /** A name is looked for among the cluster's own programs, then on the PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** Whether it runs in the real node's sandbox. */
  readonly sandboxed: boolean;
}
