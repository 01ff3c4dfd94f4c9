import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { cacheOf } from "../../toolchain/cache.ts";
import { layoutOf } from "../../toolchain/cluster/layout.ts";
import { type ClusterNetwork, networkOf } from "../../toolchain/cluster/network.ts";
import { readSettings } from "../../toolchain/cluster/settings.ts";
import { ensureImages, type Image } from "../../toolchain/images/index.ts";
import { type Cluster, ensureEngine, showProgress, startCluster, stopCluster } from "../../toolchain/index.ts";

/** A cluster that runs containers, and what tests need to know of it. */
export interface RealCluster extends Cluster {
  /** Its addresses; the machine's own, at which pods reach the tests, is `network.host`. */
  readonly network: ClusterNetwork;
  /** The images in its registry. */
  readonly images: readonly Image[];
}

declare module "vitest" {
  export interface ProvidedContext {
    realCluster: RealCluster;
  }
}

/** One engine and one cluster with a real node for all tests of a run; the cluster goes when they are done. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = showProgress();
  project.provide("engine", await ensureEngine(progress));
  const directory = mkdtempSync(join(tmpdir(), "patchbay-real-cluster-"));
  const tearDown = async () => {
    await stopCluster(directory);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({ directory, progress, node: "real", durable: false });
    const { images } = await ensureImages({ cache: cacheOf(), progress, environment: process.env });
    const network = networkOf(readSettings(layoutOf(directory))?.block ?? 0);
    project.provide("realCluster", { ...cluster, network, images });
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
