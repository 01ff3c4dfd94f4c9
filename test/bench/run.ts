/** The figures of docs/explanation/performance.md: Patchbay's program against a raw one with the same resources. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine, quietProgress, showProgress, startCluster, stopCluster } from "../../toolchain/index.ts";
import { interruptible } from "../../toolchain/interruption.ts";
import type { Machine } from "./measured.ts";
import { asJson, asText, type Results } from "./report.ts";
import { type Effort, measureSize, type SizeResult, warmUp } from "./rounds.ts";
import { measureStartUp, type StartUp } from "./startup.ts";

const usage = `npm run bench -- [options]
  --plugins 10,100    sizes (default: 10,100)
  --rounds N          fresh stacks of each size (default: 3; 1 from 50 plugins on)
  --repeats N         previews and updates without change of each stack (default: 2; 3 from 50 plugins on)
  --skip-checkpoints  let the engine save its state only at the end, in both programs
  --json              figures as JSON
`;

interface Options {
  readonly sizes: readonly number[];
  readonly effort: (plugins: number) => Effort;
  readonly checkpoints: boolean;
  readonly json: boolean;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      plugins: { type: "string", default: "10,100" },
      rounds: { type: "string" },
      repeats: { type: "string" },
      "skip-checkpoints": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const isLarge = (plugins: number) => plugins >= 50;
  return {
    sizes: values.plugins.split(",").map((text) => positive("--plugins", text)),
    effort: (plugins) => ({
      rounds: positive("--rounds", values.rounds ?? (isLarge(plugins) ? "1" : "3")),
      repeats: positive("--repeats", values.repeats ?? (isLarge(plugins) ? "3" : "2")),
    }),
    checkpoints: !values["skip-checkpoints"],
    json: values.json,
  };
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`${option}: found ${text}, expected a number from 1 on`);
  return number;
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Runs work with an engine and a cluster of its own, of which nothing stays. */
async function withMachine<T>(
  signal: AbortSignal,
  checkpoints: boolean,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  const engine = await ensureEngine(showProgress());
  const directory = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
  const clusterDirectory = join(directory, "cluster");
  try {
    note("starting a cluster");
    const cluster = await startCluster({
      directory: clusterDirectory,
      progress: quietProgress,
      durable: false,
      node: "simulated",
    });
    const variables = {
      ...engine.environment,
      KUBECONFIG: cluster.kubeconfig,
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      ...(!checkpoints && { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }),
    };
    return await work({ pulumi: engine.pulumi, directory, variables, signal });
  } finally {
    await stopCluster(clusterDirectory);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureAll(machine: Machine, { sizes, effort, checkpoints }: Options): Promise<Results> {
  const results: SizeResult[] = [];
  const startUp: StartUp[] = [];
  await warmUp(machine);
  for (const plugins of sizes) startUp.push(await measureStartUp(machine, plugins, 5, note));
  for (const plugins of sizes) results.push(await measureSize(machine, plugins, effort(plugins), note));
  return { sizes: results, startUp, checkpoints };
}

try {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(usage);
  } else {
    const results = await interruptible((signal) =>
      withMachine(signal, options.checkpoints, (machine) => measureAll(machine, options)),
    );
    process.stdout.write(`${options.json ? asJson(results) : asText(results)}\n`);
  }
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
