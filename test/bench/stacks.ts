import type { Machine } from "./measured.ts";
import { type Effort, measureSize, type SizeResult, warmUp } from "./rounds.ts";
import { measureStartUp, type StartUp } from "./startup.ts";

export interface StacksResult {
  readonly sizes: readonly SizeResult[];
  readonly startUp: readonly StartUp[];
}

/** What previews, updates and start-up cost beside a raw program with the same resources. */
export async function measureStacks(
  machine: Machine,
  sizes: readonly number[],
  effort: (plugins: number) => Effort,
  note: (text: string) => void,
): Promise<StacksResult> {
  const results: SizeResult[] = [];
  const startUp: StartUp[] = [];
  await warmUp(machine);
  for (const plugins of sizes) startUp.push(await measureStartUp(machine, plugins, 5, note));
  for (const plugins of sizes) results.push(await measureSize(machine, plugins, effort(plugins), note));
  return { sizes: results, startUp };
}
