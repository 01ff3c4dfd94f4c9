import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { interruptible } from "./interruption.ts";

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; by default this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line that the command writes, on stdout or stderr. */
  readonly onLine?: (line: string) => void;
  /** Ends the command with SIGTERM after so long. Default: no limit. */
  readonly timeoutSeconds?: number;
}

export interface CommandResult {
  /** Exit status; -1 where the command could not be run or was ended by a signal. */
  readonly status: number;
  readonly stdout: string;
  /** The last lines of stdout and stderr as they came, for error messages. */
  readonly tail: string;
}

const TAIL_LINES = 15;

/**
 * Runs a program without a shell; it does not outlive this process where that is ended by a signal. Never rejects: a
 * program that is missing has status -1 and says so in `tail`.
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}) {
  return interruptible((signal) => runToItsEnd(program, args, options, signal));
}

function runToItsEnd(
  program: string,
  args: readonly string[],
  options: CommandOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const stdout: string[] = [];
    const tail: string[] = [];
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.timeoutSeconds !== undefined && { timeout: options.timeoutSeconds * 1000 }),
    });
    const listen = (stream: NodeJS.ReadableStream, keep?: string[]) => {
      createInterface({ input: stream }).on("line", (line) => {
        keep?.push(line);
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        options.onLine?.(line);
      });
    };
    listen(child.stdout, stdout);
    listen(child.stderr);
    signal.addEventListener("abort", () => {
      child.kill();
    });
    child.on("error", (error) => {
      resolve({ status: -1, stdout: "", tail: error.message });
    });
    child.on("close", (code, endedBy) => {
      if (endedBy) tail.push(`ended by ${endedBy}`);
      resolve({ status: code ?? -1, stdout: stdout.join("\n"), tail: tail.join("\n") });
    });
  });
}
