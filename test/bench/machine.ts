import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Cluster,
  type Engine,
  quietProgress,
  type StartOptions,
  startCluster,
  stopCluster,
} from "../../toolchain/index.ts";
import type { Machine } from "./measured.ts";

/** A machine with a cluster of its own. */
export interface ClusterMachine extends Machine {
  readonly cluster: Cluster;
}

export interface MachineOptions {
  readonly engine: Engine;
  readonly node: NonNullable<StartOptions["node"]>;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/**
 * Runs work with a folder and a cluster of its own, of which nothing stays.
 *
 * @throws ToolchainError `node-impossible` where the node is to be a real one and cannot
 */
export async function withMachine<T>(
  { engine, node, signal, note }: MachineOptions,
  work: (machine: ClusterMachine) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
  const clusterDirectory = join(directory, "cluster");
  try {
    note("starting a cluster");
    const cluster = await startCluster({ directory: clusterDirectory, progress: quietProgress, durable: false, node });
    const variables = {
      ...engine.environment,
      KUBECONFIG: cluster.kubeconfig,
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    };
    return await work({ pulumi: engine.pulumi, directory, variables, signal, cluster });
  } finally {
    await stopCluster(clusterDirectory);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Has the engine save its state only at the end of an update. */
export function withoutCheckpoints<T extends { readonly variables: Machine["variables"] }>(of: T): T {
  return { ...of, variables: { ...of.variables, PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" } };
}
