import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const running = new Set<ChildProcess>();

/** Starts Node on a file of ours or of the SDK; {@link stopChildren} ends it. */
export function startNode(args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], options);
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** Exit status of a child, once it has ended and its output has been read. */
export function exitStatus(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(code ?? signal ?? 1);
    });
  });
}

export function stopChildren(): void {
  for (const child of running) child.kill();
}

process.once("exit", stopChildren);
