import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning, processIdentity, type RecordedProcess } from "../process-identity.mjs";
import type { ClusterLayout } from "./layout.ts";
import { type ClusterSetup, commandLine, logFile, type ProgramName, programNames } from "./programs.ts";
import { writePrivately } from "./settings.ts";

/** The processes of a cluster, as recorded on disk. */
export type ProcessRecord = Readonly<Partial<Record<ProgramName, RecordedProcess>>>;

const POLL_MILLISECONDS = 20;
/** kube-apiserver keeps open watches for up to a minute after SIGTERM; it holds nothing that a kill would lose. */
const PATIENCE_MILLISECONDS: Readonly<Record<ProgramName, number>> = {
  kwok: 2000,
  "kube-scheduler": 2000,
  "kube-controller-manager": 2000,
  "kube-apiserver": 3000,
  etcd: 10_000,
};

export function readRecord(layout: ClusterLayout): ProcessRecord {
  try {
    return JSON.parse(readFileSync(layout.processes, "utf8")) as ProcessRecord;
  } catch {
    return {}; // never started
  }
}

export function isAlive(name: ProgramName, record: ProcessRecord): boolean {
  const recorded = record[name];
  return recorded !== undefined && isRunning(recorded);
}

/** Starts a program that outlives this process, and records it before anything else can happen. */
export function startProgram(name: ProgramName, binaries: string, setup: ClusterSetup): void {
  const { layout } = setup;
  const log = openSync(logFile(name, layout), "w", 0o600);
  const child = spawn(join(binaries, name), commandLine(name, setup), {
    cwd: layout.directory,
    detached: true,
    stdio: ["ignore", log, log],
    // kwok would read the settings in the user's home folder.
    env: { PATH: process.env["PATH"], HOME: layout.directory },
  });
  child.unref();
  closeSync(log);
  child.once("error", () => undefined); // it has no pid then, and is found missing
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  if (child.pid === undefined || identity === undefined) return;
  writePrivately(layout.processes, JSON.stringify({ ...readRecord(layout), [name]: { pid: child.pid, identity } }));
}

/** Ends all recorded processes, clients before servers, and returns when the last of them has gone. */
export async function stopPrograms(layout: ClusterLayout): Promise<void> {
  const record = readRecord(layout);
  const clients = programNames.filter((name) => name !== "etcd" && name !== "kube-apiserver");
  await Promise.all(clients.map((name) => stopProgram(name, record)));
  await stopProgram("kube-apiserver", record);
  await stopProgram("etcd", record);
  writePrivately(layout.processes, "{}");
}

async function stopProgram(name: ProgramName, record: ProcessRecord): Promise<void> {
  const recorded = record[name];
  if (!recorded) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isRunning(recorded)) return;
    try {
      process.kill(recorded.pid, signal);
    } catch {
      return; // it ended between the two calls
    }
    const deadline = Date.now() + PATIENCE_MILLISECONDS[name];
    while (isRunning(recorded) && Date.now() < deadline) await delay(POLL_MILLISECONDS);
  }
  // The kernel ends a killed process when it returns from what it does for it: writing to a slow disk, say.
  while (isRunning(recorded)) await delay(POLL_MILLISECONDS);
}
