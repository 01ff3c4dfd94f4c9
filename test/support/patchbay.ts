import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Project, type Result, run } from "./project.ts";

const command = resolve(import.meta.dirname, "../../cli/main.ts");

/** Runs a command of the checkout in a test's own project. */
export function patchbay(project: Project, ...args: readonly string[]): Promise<Result> {
  return run(process.execPath, [command, ...args], project);
}

/** Starts a command, and does not wait for it; whoever starts it ends it. */
export function spawnPatchbay(project: Project, ...args: readonly string[]) {
  return spawn(process.execPath, [command, ...args], {
    cwd: project.directory,
    env: { ...process.env, ...project.variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export interface RecordedUpdate {
  readonly result: string;
  readonly message: string;
  readonly kind: string;
}

/** A stack's history, newest first. */
export async function historyOf(project: Project, stack: string): Promise<readonly RecordedUpdate[]> {
  const { output } = await project.succeed("stack", "history", "-s", stack, "--json", "--page-size", "100");
  return JSON.parse(output) as RecordedUpdate[];
}

/** The file that declares an environment. */
export function stackFile(project: Project, stack: string): string {
  return readFileSync(join(project.directory, `Pulumi.${stack}.yaml`), "utf8");
}
