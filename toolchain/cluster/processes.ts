import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning, processIdentity, type RecordedProcess } from "../process-identity.mjs";
import { isExecutable } from "../provision/executables.ts";
import type { ClusterLayout } from "./layout.ts";
import { SCRIPTS } from "./node/commands.ts";
import { commandOf, logFile, type ProgramName } from "./programs.ts";
import { writePrivately } from "./settings.ts";
import type { ClusterSetup, Command } from "./setup.ts";

/** The processes of a cluster, as recorded on disk. */
export type ProcessRecord = Readonly<Partial<Record<ProgramName, RecordedProcess>>>;

const POLL_MILLISECONDS = 20;
const PATIENCE_MILLISECONDS = 2000;
/** kube-apiserver keeps open watches for up to a minute after SIGTERM; it holds nothing that a kill would lose. */
const SERVER_PATIENCE_MILLISECONDS = { "kube-apiserver": 3000, etcd: 10_000 } as const;

/** Where Debian and others keep what a node runs; a user's PATH may lack the folders for administrators. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** As a text, for the sandbox may not show the folder that it is in. */
const ENTER = readFileSync(join(SCRIPTS, "enter.sh"), "utf8");

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
  const command = commandOf(name, setup);
  const { program, args } = command.sandboxed ? throughSandbox(command, binaries, layout) : command;
  const log = openSync(logFile(name, layout), "w", 0o600);
  const child = spawn(executable(program, binaries), args, {
    cwd: layout.directory,
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}`,
      // kwok would read the settings in the user's home folder.
      HOME: layout.directory,
      // The registry would look for a collector of traces.
      OTEL_TRACES_EXPORTER: "none",
    },
  });
  child.unref();
  closeSync(log);
  child.once("error", () => undefined); // it has no pid then, and is found missing
  if (child.pid !== undefined) recordProcess(name, child.pid, layout);
}

export function recordProcess(name: ProgramName, pid: number, layout: ClusterLayout): void {
  const identity = processIdentity(pid);
  if (identity === undefined) return; // it has ended already, and is found missing
  writePrivately(layout.processes, JSON.stringify({ ...readRecord(layout), [name]: { pid, identity } }));
}

/** Options of nsenter(1) for the namespaces that a sandbox has of its own. */
export function namespacesOf(sandboxPid: number): string[] {
  return ["--target", String(sandboxPid), "--net", "--mount", "--pid", "--cgroup"];
}

/** A command that runs another in the real node's sandbox, and ends with it. */
function throughSandbox({ program, args }: Command, binaries: string, layout: ClusterLayout): Command {
  const enter = ["sh", "-c", ENTER, "enter.sh", executable(program, binaries), ...args];
  const pid = readRecord(layout).sandbox?.pid ?? 0;
  return { program: "nsenter", args: [...namespacesOf(pid), "--", ...enter], sandboxed: false };
}

/** Ends all recorded processes, clients before servers, and returns when the last of them has gone. */
export async function stopPrograms(layout: ClusterLayout): Promise<void> {
  const record = readRecord(layout);
  // With the first process of the sandbox the kernel ends all the others there, containers too.
  await stopProcess(record.sandbox, ["SIGKILL"], PATIENCE_MILLISECONDS);
  const clients = (Object.keys(record) as ProgramName[]).filter((name) => name !== "etcd" && name !== "kube-apiserver");
  await Promise.all(clients.map((name) => stopProcess(record[name], ["SIGTERM", "SIGKILL"], PATIENCE_MILLISECONDS)));
  for (const name of ["kube-apiserver", "etcd"] as const) {
    await stopProcess(record[name], ["SIGTERM", "SIGKILL"], SERVER_PATIENCE_MILLISECONDS[name]);
  }
  writePrivately(layout.processes, "{}");
}

async function stopProcess(
  recorded: RecordedProcess | undefined,
  signals: readonly NodeJS.Signals[],
  patienceMilliseconds: number,
): Promise<void> {
  if (!recorded) return;
  for (const signal of signals) {
    if (!isRunning(recorded)) return;
    try {
      process.kill(recorded.pid, signal);
    } catch {
      return; // it ended between the two calls
    }
    const deadline = Date.now() + patienceMilliseconds;
    while (isRunning(recorded) && Date.now() < deadline) await delay(POLL_MILLISECONDS);
  }
  // The kernel ends a killed process when it returns from what it does for it: writing to a slow disk, say.
  while (isRunning(recorded)) await delay(POLL_MILLISECONDS);
}

function executable(program: string, binaries: string): string {
  const own = join(binaries, program);
  return isExecutable(own) ? own : program;
}
