import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import {
  type Cluster,
  type Engine,
  ensureEngine,
  showProgress,
  startCluster,
  stopCluster,
} from "../../toolchain/index.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cluster: Cluster;
    engine: Engine;
  }
}

/** One engine and one cluster for all integration tests of a run; the cluster goes when they are done. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = showProgress();
  project.provide("engine", await ensureEngine(progress));
  const directory = mkdtempSync(join(tmpdir(), "patchbay-test-cluster-"));
  const tearDown = async () => {
    await stopCluster(directory);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    project.provide("cluster", await startCluster({ directory, progress, durable: false, node: "simulated" }));
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
