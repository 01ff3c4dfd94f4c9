import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { cacheOf } from "../cache.ts";
import { ensureImages, pushImages } from "../images/index.ts";
import { interruptible } from "../interruption.ts";
import { withLock } from "../lock.mjs";
import type { Progress } from "../progress.ts";
import { ensureClusterPrograms } from "../provision/cluster-programs.ts";
import { CRDS_SHA256 } from "../provision/crd-sources.ts";
import { loadCrds } from "../provision/crds.ts";
import { controlPlanePrograms, realNodePrograms, simulatedNodePrograms } from "../provision/programs.ts";
import { connect } from "./api.ts";
import { bringUp, registryAddress } from "./bring-up.ts";
import { isServing } from "./control-plane.ts";
import { hasCrds } from "./crds.ts";
import { CONTEXT, serverUrl } from "./kubeconfig.ts";
import { type ClusterLayout, layoutOf } from "./layout.ts";
import { chooseNode, type NodeChoice, nodeLine } from "./node/choice.ts";
import { setupHash } from "./prepare.ts";
import { isAlive, readRecord } from "./processes.ts";
import { programsOf } from "./programs.ts";
import { readSettings } from "./settings.ts";
import type { NodeKind } from "./setup.ts";

export interface StartOptions {
  /** Folder of the cluster; created where missing. Each folder is a cluster of its own. */
  readonly directory: string;
  readonly progress: Progress;
  /**
   * What runs the pods. Default: `auto`, which is what the variable `PATCHBAY_NODE` says, else real where the machine can run
   * containers; a choice that was made already is taken as it is. One folder may change from one to the other: its objects stay.
   */
  readonly node?: NodeKind | "auto" | NodeChoice;
  /** Whether the data survive a crash of the machine. Default: true; false is for tests. */
  readonly durable?: boolean;
  /** Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** An embedded cluster that runs and is ready. */
export interface Cluster {
  readonly directory: string;
  /** Path of a kubeconfig whose current context is {@link context}. */
  readonly kubeconfig: string;
  readonly context: string;
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  readonly node: NodeChoice;
  /** `127.0.0.1:<port>` of the image registry that a real node comes with. */
  readonly registry: string | undefined;
  /** False where it ran already. */
  readonly started: boolean;
}

/**
 * Starts the cluster of a folder, or finds that it runs. Its processes outlive this one; {@link stopCluster} ends them.
 * Whatever a crash has left behind is cleared up first; the data are kept. On an error, or Ctrl-C, nothing keeps running.
 *
 * @throws ToolchainError where its programs cannot be had, one of them ends, or a real node is asked for and impossible
 */
export async function startCluster(options: StartOptions): Promise<Cluster> {
  const environment = options.environment ?? process.env;
  const { node: wanted = "auto" } = options;
  const node = typeof wanted === "object" ? wanted : await chooseNode(wanted, environment);
  const provisioning = { cache: cacheOf(environment), progress: options.progress, environment };
  const nodePrograms = node.kind === "real" ? realNodePrograms : simulatedNodePrograms;
  const binaries = await ensureClusterPrograms(provisioning, [...controlPlanePrograms, ...nodePrograms]);
  const images = node.kind === "real" ? await ensureImages(provisioning) : undefined;
  const publishImages = async (registry: string) => {
    if (images) await pushImages(images, { registry });
  };
  const layout = layoutOf(options.directory);
  const durable = options.durable ?? true;
  makePrivate(layout);
  return withLock(layout.lock, async () => {
    if (await runsAsItShould(layout, node, durable)) {
      const running = clusterOf(layout, node, false);
      if (running.registry !== undefined) await publishImages(running.registry);
      return running;
    }
    // Provisioned only now, and before anything is started: this may take a while, or fail.
    const crds = await loadCrds(provisioning);
    const step = { title: `start the embedded cluster, ${nodeLine(node)}`, usually: "5 s" };
    await options.progress.step(step, (report) =>
      interruptible((signal) => bringUp({ layout, node, durable, binaries, crds, publishImages, signal, report })),
    );
    return clusterOf(layout, node, true);
  });
}

function makePrivate({ directory }: ClusterLayout): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700); // it may be there already, open to all
}

async function runsAsItShould(layout: ClusterLayout, node: NodeChoice, durable: boolean): Promise<boolean> {
  const record = readRecord(layout);
  const settings = readSettings(layout);
  if (!settings || !programsOf(node.kind).every((name) => isAlive(name, record))) return false;
  if (settings.setup !== setupHash(layout, node.kind, settings.block, durable)) return false;
  const certificate = readFileSync(layout.certificate, "utf8");
  const api = connect({ server: serverUrl(settings.port), certificate, token: settings.token });
  try {
    return (await isServing(api)) && (await hasCrds(api, CRDS_SHA256));
  } finally {
    api.close();
  }
}

function clusterOf(layout: ClusterLayout, node: NodeChoice, started: boolean): Cluster {
  const settings = readSettings(layout);
  const { directory, kubeconfig } = layout;
  return {
    directory,
    kubeconfig,
    context: CONTEXT,
    server: serverUrl(settings?.port ?? 0),
    node,
    registry: node.kind === "real" && settings ? registryAddress(settings) : undefined,
    started,
  };
}
