import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withoutCheckpoints } from "../machine.ts";
import type { Machine, Sample } from "../measured.ts";
import { createPair, declare, type Kind, kinds, type Project, pulumi, updateArguments } from "../projects.ts";
import { preload } from "../startup.ts";
import { synthetic } from "../synthetic.ts";
import type { ApiRequests } from "./api-requests.ts";

export interface WaveSample extends Sample {
  /** What the program itself asked the API for; nothing where it asked for nothing. */
  readonly api: ApiRequests | undefined;
}

export interface WaveResult {
  readonly plugins: number;
  readonly samples: Readonly<Record<Kind, readonly WaveSample[]>>;
}

export interface WaveOptions {
  readonly plugins: number;
  readonly rounds: number;
  /** Whether the engine saves its state while it works on what is measured. */
  readonly checkpoints: boolean;
  readonly note: (text: string) => void;
}

/** Gives all plugins of an environment a new release in one update, with both programs in turn. */
export async function measureWave(machine: Machine, options: WaveOptions): Promise<WaveResult> {
  const { plugins, rounds, checkpoints, note } = options;
  const pair = await createPair(machine, plugins, "wave");
  preload(pair.ours, import.meta.resolve("./api-requests.ts"));
  for (const kind of kinds) {
    note(`${plugins} plugins: bringing up ${kind}, not measured`);
    await pulumi(machine, withoutCheckpoints(pair[kind]), ...updateArguments);
  }
  const samples: Record<Kind, WaveSample[]> = { ours: [], raw: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const kind of round % 2 === 1 ? kinds : kinds.toReversed()) {
      const project = checkpoints ? pair[kind] : withoutCheckpoints(pair[kind]);
      await declare(project, synthetic(plugins, project.namespace, `1.${round}.0`));
      const sample = await measureUpdate(machine, project);
      samples[kind].push(sample);
      note(`${plugins} plugins at once, round ${round} of ${rounds}: ${kind} ${sample.seconds.toFixed(1)} s`);
    }
  }
  return { plugins, samples };
}

async function measureUpdate(machine: Machine, project: Project): Promise<WaveSample> {
  const file = join(project.directory, `api-requests-${crypto.randomUUID()}.json`);
  const variables = { ...project.variables, PATCHBAY_BENCH_API_REQUESTS: file };
  const { seconds, treeMebibytes, programMebibytes, processorSeconds } = await pulumi(
    machine,
    { ...project, variables },
    ...updateArguments,
  );
  const api = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ApiRequests) : undefined;
  return { seconds, treeMebibytes, programMebibytes, processorSeconds, api };
}
