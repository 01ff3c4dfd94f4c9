import { kinds } from "../projects.ts";
import { median } from "../statistics.ts";
import { mebibytes, table } from "../table.ts";
import type { WaveResult } from "./wave.ts";

/** A plain table of a wave, for people. */
export function waveLines({ plugins, samples }: WaveResult): string[] {
  const rows = kinds.map((kind) => {
    const all = samples[kind];
    return [
      kind,
      `${median(all.map(({ seconds }) => seconds)).toFixed(1)} s`,
      String(all.length),
      `${median(all.map(({ processorSeconds }) => processorSeconds)).toFixed(1)} s`,
      mebibytes(all.map(({ programMebibytes }) => programMebibytes)),
      mebibytes(all.map(({ treeMebibytes }) => treeMebibytes)),
    ];
  });
  const asked = samples.ours.flatMap(({ api }) => api ?? []);
  const most = (of: (one: (typeof asked)[number]) => number) => Math.max(0, ...asked.map(of));
  return [
    `A new release of ${plugins} plugins in one update`,
    ...table([["", "update", "runs", "processor time", "program's memory", "all memory"], ...rows]),
    `ours asks the API for ${most((one) => one.watches)} watches and ${most((one) => one.requests)} other requests, over ${most((one) => one.connections)} connections, ${most((one) => one.openAtOnce)} at once`,
    "",
  ];
}
