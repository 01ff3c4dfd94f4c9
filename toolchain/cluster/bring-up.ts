import type { Report } from "../progress.ts";
import { CRDS_SHA256 } from "../provision/crd-sources.ts";
import type { CrdDocument } from "../provision/crds.ts";
import type { Api } from "./api.ts";
import { launchApiServer, launchControllers } from "./control-plane.ts";
import { applyCrds, crdsAreEstablished, hasCrds, noteCrds } from "./crds.ts";
import { type Launch, ProgramEnded, startAll, waitingFor } from "./launch.ts";
import type { ClusterLayout } from "./layout.ts";
import type { NodeChoice } from "./node/choice.ts";
import { launchContainers, launchRealNode } from "./node/launch.ts";
import { choosePort } from "./ports.ts";
import { setupHash, setupOf } from "./prepare.ts";
import { type ClusterSettings, prepareSettings, readSettings } from "./settings.ts";
import { shutDown } from "./shutdown.ts";
import { launchSimulatedNodes } from "./simulated-nodes.ts";
import { until } from "./until.ts";

export interface BringUp {
  readonly layout: ClusterLayout;
  readonly node: NodeChoice;
  readonly durable: boolean;
  readonly binaries: string;
  readonly crds: readonly CrdDocument[];
  /** Puts the images that a real node runs into its registry. */
  readonly publishImages: (registry: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly report: Report;
}

const ATTEMPTS = 3;

/** Clears up what a crash has left, and starts everything. On an error nothing keeps running. */
export async function bringUp(task: BringUp): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await shutDown(task.layout);
    try {
      await bringUpOnce(task);
      return;
    } catch (error) {
      task.report("clear up");
      await shutDown(task.layout);
      if (attempt === ATTEMPTS || !(await lostItsPort(error, task.layout))) throw error;
    }
  }
}

async function bringUpOnce(task: BringUp): Promise<void> {
  const { layout, node, durable, binaries } = task;
  const settings = await prepareSettings(layout, node, (block) => setupHash(layout, node.kind, block, durable));
  const failed = new AbortController();
  const signal = AbortSignal.any([task.signal, failed.signal]);
  const launch: Launch = { binaries, setup: setupOf(layout, settings, durable), token: settings.token, signal };
  try {
    await launchAll(launch, task, registryAddress(settings));
  } catch (error) {
    failed.abort(error); // what goes on beside starts no further program then
    throw error;
  }
}

async function launchAll(launch: Launch, { node, crds, publishImages, report }: BringUp, registry: string) {
  if (node.kind === "real") {
    report("containers");
    await launchContainers(launch, registry);
    report("images");
    await publishImages(registry);
  }
  report("API server");
  const api = await launchApiServer(launch);
  try {
    report("nodes and custom resource definitions");
    const launchNodes = node.kind === "real" ? launchRealNode : launchSimulatedNodes;
    await Promise.all([launchControllers(api, launch), launchNodes(api, launch), installCrds(api, crds, launch)]);
    startAll(["rollouts-controller"], launch);
  } finally {
    api.close();
  }
}

export function registryAddress({ registryPort }: ClusterSettings): string {
  return `127.0.0.1:${registryPort ?? 0}`;
}

async function installCrds(api: Api, crds: readonly CrdDocument[], launch: Launch): Promise<void> {
  if (await hasCrds(api, CRDS_SHA256)) return;
  await applyCrds(api, crds, launch.signal);
  await until(() => crdsAreEstablished(api, crds), waitingFor(["etcd", "kube-apiserver"], launch));
  await noteCrds(api, CRDS_SHA256);
}

/** Two clusters that start at once may choose the same port: the slower one's server then ends. */
async function lostItsPort(error: unknown, layout: ClusterLayout): Promise<boolean> {
  const settings = readSettings(layout);
  if (!(error instanceof ProgramEnded) || settings === undefined) return false;
  const port = { "kube-apiserver": settings.port, registry: settings.registryPort }[error.program as string];
  return port !== undefined && (await choosePort([port])) !== port;
}
