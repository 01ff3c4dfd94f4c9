import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Cache } from "../cache.ts";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { goEnvironment } from "./go.ts";
import type { Program } from "./programs.ts";

const MODULES = join(import.meta.dirname, "..", "modules");

export interface BuildOptions {
  readonly cache: Cache;
  readonly progress: Progress;
  /** Folder for the result. It appears there when it is complete, and not before. */
  readonly directory: string;
  /** Puts files that the package embeds into the copy of its module. */
  readonly prepare?: (moduleDirectory: string, go: NodeJS.ProcessEnv) => Promise<void>;
}

/**
 * Builds a program from its Go module, unless it is there already. The caller holds the cache's lock. What an
 * interrupted build has compiled is in Go's own cache, so that the next one goes on from there.
 *
 * @throws ToolchainError `go-missing`, `go-too-old` or `build-failed`
 */
export async function buildProgram(program: Program, options: BuildOptions): Promise<string> {
  const result = join(options.directory, program.name);
  if (existsSync(result)) return result;
  const env = await goEnvironment();
  const moduleDirectory = copyModule(program.module, options.cache);
  await options.progress.step(
    { title: `build ${program.title} from its Go module`, usually: `${program.usually}, once per machine` },
    async (report) => {
      await options.prepare?.(moduleDirectory, env);
      mkdirSync(options.directory, { recursive: true });
      removeDrafts(result);
      const draft = `${result}.${process.pid}.draft`;
      const { status, tail } = await runCommand("go", buildArguments(program, draft), {
        cwd: moduleDirectory,
        env,
        onLine: (line) => {
          report(line.startsWith("go: ") ? line.slice("go: ".length) : `compiling ${line}`);
        },
      });
      if (status !== 0) throw buildFailed(program, tail);
      renameSync(draft, result);
    },
  );
  return result;
}

/** The module is copied, because its checkout must stay as it is and may be deleted meanwhile. */
export function copyModule(name: string, cache: Cache): string {
  const copy = join(cache.build, name);
  mkdirSync(copy, { recursive: true });
  cpSync(join(MODULES, name), copy, { recursive: true });
  return copy;
}

export function buildArguments(program: Program, output: string): string[] {
  const variables = Object.entries(program.variables).map(([name, value]) => `-X ${name}=${value}`);
  const linker = ["-s", "-w", ...variables].join(" ");
  return ["build", "-v", "-trimpath", "-ldflags", linker, "-o", output, program.package];
}

function removeDrafts(result: string): void {
  const directory = join(result, "..");
  for (const file of readdirSync(directory)) {
    if (file.startsWith(`${basename(result)}.`) && file.endsWith(".draft")) rmSync(join(directory, file));
  }
}

function buildFailed(program: Program, tail: string): ToolchainError {
  const offline = /proxy\.golang\.org|dial tcp|no such host|i\/o timeout|connection refused/.test(tail);
  return new ToolchainError({
    code: "build-failed",
    problem: `${program.title} cannot be built`,
    found: tail.split("\n").slice(-3).join(" / ") || "go build failed without a word",
    expected: "a successful `go build`",
    remedy: offline
      ? "check the network, or set GOPROXY to a Go module proxy that can be reached; what is compiled already is kept"
      : "see the message above; run it again to go on from where it stopped",
  });
}
