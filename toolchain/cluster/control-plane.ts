import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ToolchainError } from "../errors.ts";
import { type Api, connect } from "./api.ts";
import { kubeconfig, serverUrl } from "./kubeconfig.ts";
import { createNodes, nodesAreReady, releaseNodes } from "./nodes.ts";
import { isAlive, readRecord, startProgram } from "./processes.ts";
import { type ClusterSetup, logFile, type ProgramName, programNames } from "./programs.ts";
import { writePrivately } from "./settings.ts";
import { until, type Waiting } from "./until.ts";

export interface Launch {
  /** Folder of the programs. */
  readonly binaries: string;
  readonly setup: ClusterSetup;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** A program of the cluster that ended while the cluster was starting. */
export class ProgramEnded extends ToolchainError {
  readonly program: ProgramName;

  constructor(program: ProgramName, log: string) {
    super({
      code: "cluster-program-ended",
      problem: "The embedded cluster did not start",
      found: `${program} ended: ${lastWords(log)}`,
      expected: "it to run",
      remedy: `see ${log}`,
    });
    this.program = program;
  }
}

const START_SECONDS = 90;
export const STAGES = join(import.meta.dirname, "stages.yaml");

/** Starts etcd and the API server, and returns a connection when it is ready to serve. */
export async function launchApiServer(launch: Launch): Promise<Api> {
  const { setup } = launch;
  const { layout } = setup;
  startAll(["etcd", "kube-apiserver"], launch);
  const waiting = waitingFor(["etcd", "kube-apiserver"], launch);
  const certificate = await until(() => Promise.resolve(completeCertificate(layout.certificate)), waiting);
  const access = { server: serverUrl(setup.port), certificate, token: launch.token };
  writePrivately(layout.kubeconfig, kubeconfig(access));
  const api = connect(access);
  try {
    await until(() => isServing(api), waiting);
  } catch (error) {
    api.close();
    throw error;
  }
  return api;
}

/** Starts the controllers and the nodes, and returns when pods can be scheduled. */
export async function launchControllers(api: Api, launch: Launch): Promise<void> {
  const { layout } = launch.setup;
  copyFileSync(STAGES, layout.stages);
  startAll(["kube-controller-manager", "kube-scheduler"], launch);
  await releaseNodes(api);
  startAll(["kwok"], launch);
  await createNodes(api);
  const waiting = waitingFor(programNames, launch);
  await until(async () => (await nodesAreReady(api)) && (await hasServiceAccount(api)), waiting);
}

export async function isServing(api: Api): Promise<boolean> {
  try {
    return (await api.call("GET", "/readyz")).status === 200;
  } catch {
    return false; // it does not listen yet, or another server holds its port
  }
}

/** Pods cannot be created in a namespace before the controller manager has made its service account. */
async function hasServiceAccount(api: Api): Promise<boolean> {
  return (await api.call("GET", "/api/v1/namespaces/default/serviceaccounts/default")).status === 200;
}

function startAll(names: readonly ProgramName[], launch: Launch): void {
  for (const name of names) {
    launch.signal.throwIfAborted();
    startProgram(name, launch.binaries, launch.setup);
  }
}

export function waitingFor(names: readonly ProgramName[], { setup, signal }: Launch): Waiting {
  return {
    timeoutSeconds: START_SECONDS,
    signal,
    check: () => {
      const record = readRecord(setup.layout);
      const ended = names.find((name) => !isAlive(name, record));
      if (ended !== undefined) throw new ProgramEnded(ended, logFile(ended, setup.layout));
    },
    tooLate: () =>
      new ToolchainError({
        code: "cluster-not-ready",
        problem: "The embedded cluster did not get ready",
        found: `its programs run, but it was not ready after ${START_SECONDS} s`,
        expected: "it to be ready within seconds",
        remedy: `see the logs in ${setup.layout.logs}; a machine under heavy load may just need another try`,
      }),
  };
}

/** kube-apiserver writes the file in one go, but a reader may come in between. */
function completeCertificate(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const content = readFileSync(file, "utf8");
  return content.trimEnd().endsWith("-----END CERTIFICATE-----") ? content : undefined;
}

function lastWords(log: string): string {
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  const telling = lines.filter((line) => /^[EF]\d{4}|"level":"(error|fatal|panic)"|rror/.test(line));
  return (telling.at(-1) ?? lines.at(-1) ?? "it could not be run").slice(0, 500);
}
