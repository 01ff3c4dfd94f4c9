/** The figures of docs/explanation/performance.md. Whatever they are, nothing fails for it. */
import { type Engine, ensureEngine, showProgress, ToolchainError } from "../../toolchain/index.ts";
import { interruptible } from "../../toolchain/interruption.ts";
import { withMachine, withoutCheckpoints } from "./machine.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { asJson, asText, type Results } from "./report.ts";
import { measureRollouts, rolloutParts } from "./rollouts/rollouts.ts";
import { measureStacks } from "./stacks.ts";
import { measureWave } from "./wave/wave.ts";

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

type Simulated = Pick<Results, "stacks" | "wave">;

/** What simulated nodes are good enough for. */
async function onSimulatedNodes(engine: Engine, options: Options, signal: AbortSignal): Promise<Simulated> {
  const { parts, checkpoints } = options;
  if (!parts.has("stacks") && !parts.has("wave")) return {};
  return withMachine({ engine, node: "simulated", signal, note }, async (machine) => {
    const results: { -readonly [Key in keyof Simulated]: Simulated[Key] } = {};
    const stacksMachine = checkpoints ? machine : withoutCheckpoints(machine);
    if (parts.has("stacks")) results.stacks = await measureStacks(stacksMachine, options.sizes, options.effort, note);
    if (parts.has("wave")) results.wave = await measureWave(machine, { ...options.wave, checkpoints, note });
    return results;
  });
}

/** What takes pods that run. */
async function onRealNode(
  engine: Engine,
  { parts, releases, patienceSeconds }: Options,
  signal: AbortSignal,
): Promise<Pick<Results, "rollouts">> {
  if (!rolloutParts.some((part) => parts.has(part))) return {};
  try {
    return {
      rollouts: await withMachine({ engine, node: "real", signal, note }, (machine) =>
        measureRollouts(machine, { parts, releases, patienceSeconds, note }),
      ),
    };
  } catch (error) {
    if (!(error instanceof ToolchainError && error.code === "node-impossible")) throw error;
    note(`rollouts are not measured\n${error.message}`);
    return { rollouts: { impossible: error.message } };
  }
}

async function measure(options: Options, signal: AbortSignal): Promise<Results> {
  const engine = await ensureEngine(showProgress());
  return {
    ...(await onSimulatedNodes(engine, options, signal)),
    ...(await onRealNode(engine, options, signal)),
    checkpoints: options.checkpoints,
  };
}

try {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(usage);
  } else {
    const results = await interruptible((signal) => measure(options, signal));
    process.stdout.write(`${options.json ? asJson(results) : asText(results)}\n`);
  }
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
