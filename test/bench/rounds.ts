import type { Machine, Sample } from "./measured.ts";
import {
  assertSame,
  type Counts,
  createPair,
  type Kind,
  kinds,
  type Pair,
  pulumi,
  updateArguments,
} from "./projects.ts";

export const operations = ["preview", "up", "no-op up"] as const;
export type Operation = (typeof operations)[number];

/** Samples of every operation of both programs. */
export type Samples = Readonly<Record<Operation, Readonly<Record<Kind, Sample[]>>>>;

export interface SizeResult extends Counts {
  readonly plugins: number;
  readonly samples: Samples;
}

export interface Effort {
  /** How often a fresh stack is brought up. */
  readonly rounds: number;
  /** How often each of its previews and updates without change is repeated. */
  readonly repeats: number;
}

const commands: Readonly<Record<Operation, readonly string[]>> = {
  preview: ["preview", "-s", "dev"],
  up: updateArguments,
  "no-op up": updateArguments,
};

/** The first client of a cluster waits until the API server has put its schemas together; nobody's figures should hold that. */
export async function warmUp(machine: Machine): Promise<void> {
  const pair = await createPair(machine, 1, "warm-up");
  for (const kind of kinds) await pulumi(machine, pair[kind], ...commands.preview);
}

/** Measures both programs at one size, taking turns, so that what else the machine does befalls both alike. */
export async function measureSize(
  machine: Machine,
  plugins: number,
  { rounds, repeats }: Effort,
  note: (text: string) => void,
): Promise<SizeResult> {
  const samples: Samples = { preview: bothEmpty(), up: bothEmpty(), "no-op up": bothEmpty() };
  let counts: Counts = { resources: 0, components: 0 };
  for (let round = 1; round <= rounds; round++) {
    const pair = await createPair(machine, plugins, `${String(plugins)}-${String(round)}`);
    const times: Readonly<Record<Operation, number>> = { preview: repeats, up: 1, "no-op up": repeats };
    for (const operation of operations) {
      for (let time = 1; time <= times[operation]; time++) {
        await measureBoth(machine, pair, operation, (round + time) % 2 === 0, samples, (text) => {
          note(`${String(plugins)} plugins, round ${String(round)} of ${String(rounds)}: ${text}`);
        });
      }
    }
    counts = await assertSame(machine, pair);
  }
  return { plugins, ...counts, samples };
}

function bothEmpty(): Record<Kind, Sample[]> {
  return { ours: [], raw: [] };
}

async function measureBoth(
  machine: Machine,
  pair: Pair,
  operation: Operation,
  oursFirst: boolean,
  samples: Samples,
  note: (text: string) => void,
): Promise<void> {
  for (const kind of oursFirst ? kinds : kinds.toReversed()) {
    const { output, seconds, treeMebibytes, programMebibytes, processorSeconds } = await pulumi(
      machine,
      pair[kind],
      ...commands[operation],
    );
    if (operation === "no-op up" && / (created|updated|replaced|deleted)$/m.test(output))
      throw new Error(`an update of ${kind} that should change nothing did:\n${output}`);
    samples[operation][kind].push({ seconds, treeMebibytes, programMebibytes, processorSeconds });
    note(`${operation} of ${kind}: ${seconds.toFixed(2)} s`);
  }
}
