import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { cacheKey, cacheOf } from "../cache.ts";
import { interruptible } from "../interruption.ts";
import { withLock } from "../lock.mjs";
import { type Progress, type Report } from "../progress.ts";
import { ensureClusterPrograms } from "../provision/cluster-programs.ts";
import { CRDS_SHA256 } from "../provision/crd-sources.ts";
import { type CrdDocument, loadCrds } from "../provision/crds.ts";
import { type Api, connect } from "./api.ts";
import {
  isServing,
  type Launch,
  launchApiServer,
  launchControllers,
  ProgramEnded,
  STAGES,
  waitingFor,
} from "./control-plane.ts";
import { applyCrds, crdsAreEstablished, hasCrds, noteCrds } from "./crds.ts";
import { CONTEXT, serverUrl } from "./kubeconfig.ts";
import { type ClusterLayout, layoutOf } from "./layout.ts";
import { choosePort } from "./ports.ts";
import { isAlive, readRecord, stopPrograms } from "./processes.ts";
import { commandLine, programNames } from "./programs.ts";
import { prepareSettings, readSettings } from "./settings.ts";
import { until } from "./until.ts";

export interface StartOptions {
  /** Folder of the cluster; created where missing. Each folder is a cluster of its own. */
  readonly directory: string;
  readonly progress: Progress;
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
  /** False where it ran already. */
  readonly started: boolean;
}

const ATTEMPTS = 3;

/**
 * Starts the cluster of a folder, or finds that it runs. Its processes outlive this one; {@link stopCluster} ends them.
 * Whatever a crash has left behind is cleared up first; the data are kept. On an error, or Ctrl-C, nothing keeps running.
 *
 * @throws ToolchainError where its programs cannot be had, or one of them ends
 */
export async function startCluster(options: StartOptions): Promise<Cluster> {
  const environment = options.environment ?? process.env;
  const provisioning = { cache: cacheOf(environment), progress: options.progress, environment };
  const binaries = await ensureClusterPrograms(provisioning);
  const layout = layoutOf(options.directory);
  makePrivate(layout);
  return withLock(layout.lock, async () => {
    if (await runsAsItShould(layout, options)) return clusterOf(layout, false);
    // Provisioned only now, and before anything is started: this may take a while, or fail.
    const crds = await loadCrds(provisioning);
    await options.progress.step({ title: "start the embedded cluster", usually: "5 s" }, (report) =>
      interruptible((signal) => bringUp({ layout, options, binaries, crds, signal, report })),
    );
    return clusterOf(layout, true);
  });
}

function makePrivate({ directory }: ClusterLayout): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700); // it may be there already, open to all
}

interface BringUp {
  readonly layout: ClusterLayout;
  readonly options: StartOptions;
  readonly binaries: string;
  readonly crds: readonly CrdDocument[];
  readonly signal: AbortSignal;
  readonly report: Report;
}

async function bringUp(task: BringUp): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await stopPrograms(task.layout);
    try {
      await bringUpOnce(task);
      return;
    } catch (error) {
      task.report("clear up");
      await stopPrograms(task.layout);
      if (attempt === ATTEMPTS || !(await lostItsPort(error, task.layout))) throw error;
    }
  }
}

async function bringUpOnce({ layout, options, binaries, crds, signal, report }: BringUp): Promise<void> {
  const durable = options.durable ?? true;
  const { port, token } = await prepareSettings(layout, setupHash(layout, durable));
  const launch: Launch = { binaries, setup: { layout, port, durable }, token, signal };
  report("API server");
  const api = await launchApiServer(launch);
  try {
    report("nodes and custom resource definitions");
    await Promise.all([launchControllers(api, launch), installCrds(api, crds, launch)]);
  } finally {
    api.close();
  }
}

async function installCrds(api: Api, crds: readonly CrdDocument[], launch: Launch): Promise<void> {
  if (await hasCrds(api, CRDS_SHA256)) return;
  await applyCrds(api, crds, launch.signal);
  await until(() => crdsAreEstablished(api, crds), waitingFor(["etcd", "kube-apiserver"], launch));
  await noteCrds(api, CRDS_SHA256);
}

/** Two clusters that start at once may choose the same port: the slower one's API server then ends. */
async function lostItsPort(error: unknown, layout: ClusterLayout): Promise<boolean> {
  const port = readSettings(layout)?.port;
  if (!(error instanceof ProgramEnded) || error.program !== "kube-apiserver" || port === undefined) return false;
  return (await choosePort([port])) !== port;
}

async function runsAsItShould(layout: ClusterLayout, options: StartOptions): Promise<boolean> {
  const record = readRecord(layout);
  const settings = readSettings(layout);
  if (!settings || !programNames.every((name) => isAlive(name, record))) return false;
  if (settings.setup !== setupHash(layout, options.durable ?? true)) return false;
  const certificate = readFileSync(layout.certificate, "utf8");
  const api = connect({ server: serverUrl(settings.port), certificate, token: settings.token });
  try {
    return (await isServing(api)) && (await hasCrds(api, CRDS_SHA256));
  } finally {
    api.close();
  }
}

/** Changes with everything that a running cluster cannot take over: versions, flags, the behaviour of its pods. */
function setupHash(layout: ClusterLayout, durable: boolean): string {
  const flags = programNames.map((name) => commandLine(name, { layout, port: 0, durable }));
  return createHash("sha256")
    .update(JSON.stringify([cacheKey(), flags, readFileSync(STAGES, "utf8")]))
    .digest("hex");
}

function clusterOf(layout: ClusterLayout, started: boolean): Cluster {
  const port = readSettings(layout)?.port ?? 0;
  const { directory, kubeconfig } = layout;
  return { directory, kubeconfig, context: CONTEXT, server: serverUrl(port), started };
}
