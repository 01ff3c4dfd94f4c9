import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Where a benchmark runs: an engine, a cluster, and a folder for everything. */
export interface Machine {
  readonly pulumi: string;
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Ends whatever runs. */
  readonly signal: AbortSignal;
}

export interface Sample {
  readonly seconds: number;
  /** Largest sum of resident memory of the process and all below it, in MiB; 0 where /proc is missing. */
  readonly treeMebibytes: number;
  /** Peak of resident memory of the Node process that runs the program, in MiB; 0 where it was not seen. */
  readonly programMebibytes: number;
  /** Processor time of the process and all below it; what a process used after it was last looked at is missing. */
  readonly processorSeconds: number;
}

export interface Measured extends Sample {
  readonly output: string;
}

/** A program that has ended, well or not. */
export interface Ended extends Measured {
  readonly status: number | null;
  /** When it was started and when it had ended, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

interface RunOptions {
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const sampleMilliseconds = 200;

/** How long an interrupted engine may take to give up by itself. */
const graceMilliseconds = 15_000;

/**
 * Runs a program to its end.
 *
 * @throws Error with its output where it fails; the signal's reason where it was aborted, once it has ended.
 */
export async function runToEnd(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const ended = await runToAnyEnd(program, args, options);
  if (ended.status !== 0) throw new Error(`${program} ${args.slice(0, 2).join(" ")} failed:\n${ended.output}`);
  return ended;
}

/**
 * Runs a program to its end, whatever that is. The output of one that fails has its standard error at the end.
 *
 * @throws the signal's reason where it was aborted, once it has ended.
 */
export function runToAnyEnd(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  options.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const startedAt = Date.now();
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...process.env, ...options.variables },
    stdio: ["ignore", "pipe", "pipe"],
    // In a group of its own: a terminal's Ctrl-C would reach it a second time, which makes the engine drop everything.
    detached: true,
  });
  const usage = new UsageWatch(child.pid ?? 0);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => (stderr += String(data)));
  let impatience: NodeJS.Timeout | undefined;
  const abort = () => {
    child.kill("SIGINT");
    impatience = setTimeout(() => {
      usage.killAll();
    }, graceMilliseconds);
  };
  options.signal.addEventListener("abort", abort, { once: true });
  child.once("error", reject);
  child.once("close", (status) => {
    clearTimeout(impatience);
    options.signal.removeEventListener("abort", abort);
    const seconds = (performance.now() - started) / 1000;
    const sample = usage.stop();
    const output = status === 0 ? stdout : `${stdout}${stderr}`;
    if (options.signal.aborted) reject(options.signal.reason as Error);
    else resolve({ status, seconds, startedAt, endedAt: Date.now(), ...sample, output });
  });
  return promise;
}

/** Watches what a process and all below it use, by looking at /proc now and then. */
class UsageWatch {
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;
  readonly #isProgram = new Map<number, boolean>();
  readonly #processorSeconds = new Map<number, number>();
  #pids: ReadonlySet<number> = new Set();
  #tree = 0;
  #program = 0;

  constructor(root: number) {
    this.#root = root;
    this.#timer = setInterval(() => {
      this.#look();
    }, sampleMilliseconds);
  }

  stop(): Omit<Sample, "seconds"> {
    clearInterval(this.#timer);
    const processorSeconds = [...this.#processorSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { treeMebibytes: this.#tree, programMebibytes: this.#program, processorSeconds };
  }

  /** Ends what has been seen of the tree: the engine puts its plugins into groups of their own. */
  killAll(): void {
    for (const pid of this.#pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  #look(): void {
    const processes = allProcesses();
    const tree = new Set([this.#root]);
    for (let before = 0; before !== tree.size; ) {
      before = tree.size;
      for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
    }
    this.#pids = tree;
    const own = processes.filter(({ pid }) => tree.has(pid));
    this.#tree = Math.max(
      this.#tree,
      own.reduce((sum, { mebibytes }) => sum + mebibytes, 0),
    );
    for (const { pid, processorSeconds } of own) this.#processorSeconds.set(pid, processorSeconds);
    for (const { pid } of own) if (this.#runsProgram(pid)) this.#program = Math.max(this.#program, peakOf(pid));
  }

  #runsProgram(pid: number): boolean {
    const known = this.#isProgram.get(pid);
    if (known === true) return true;
    // Looked at anew: a process that was seen between fork and exec still bore its parent's name.
    const isProgram = read(`/proc/${String(pid)}/cmdline`).includes("/cmd/run/index.js");
    this.#isProgram.set(pid, isProgram);
    return isProgram;
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly mebibytes: number;
  readonly processorSeconds: number;
}

/** Units of proc(5) on every Linux that Node runs on. */
const [pageBytes, ticksPerSecond] = [4096, 100];

function allProcesses(): Process[] {
  let entries: string[] = [];
  try {
    entries = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    // No Linux: no figures of memory.
  }
  return entries.flatMap((pid) => {
    // Fields from the third on: the second, the command, may hold anything (proc(5)).
    const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    const [parent = NaN, user = NaN, system = NaN, pages = NaN] = [1, 11, 12, 21].map((index) => Number(fields[index]));
    if (Number.isNaN(parent + user + system + pages)) return [];
    const processorSeconds = (user + system) / ticksPerSecond;
    return [{ pid: Number(pid), parent, mebibytes: (pages * pageBytes) / 2 ** 20, processorSeconds }];
  });
}

function peakOf(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${String(pid)}/status`)) ?? [];
  return kibibytes === undefined ? 0 : Number(kibibytes) / 1024;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
