import { cpus, type as system, totalmem } from "node:os";
import type { Sample } from "./measured.ts";
import { packageVersion } from "./recording.ts";
import { goals as rolloutGoals, rolloutLines } from "./rollouts/report.ts";
import type { RolloutsResult } from "./rollouts/rollouts.ts";
import { operations, type SizeResult } from "./rounds.ts";
import type { StacksResult } from "./stacks.ts";
import type { StartUp } from "./startup.ts";
import { median } from "./statistics.ts";
import { mebibytes, table } from "./table.ts";
import { waveLines } from "./wave/report.ts";
import type { WaveResult } from "./wave/wave.ts";

/** Ratio of our time to the raw program's that we aim at; what is above it is reported, not failed. */
const goal = 1.1;

export interface Results {
  readonly stacks?: StacksResult;
  /** Figures, or why there can be none here. */
  readonly rollouts?: RolloutsResult | { readonly impossible: string };
  readonly wave?: WaveResult;
  /** Whether the engine saved its state while it worked. */
  readonly checkpoints: boolean;
}

function machineFacts() {
  return {
    processors: cpus().length,
    model: cpus()[0]?.model ?? "unknown",
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: system(),
    node: process.versions.node,
    pulumi: packageVersion("@pulumi/pulumi"),
    kubernetesProvider: packageVersion("@pulumi/kubernetes"),
  };
}

/** Everything, samples included, for programs. */
export function asJson(results: Results): string {
  return JSON.stringify({ machine: machineFacts(), goals: { ratio: goal, ...rolloutGoals }, ...results }, undefined, 2);
}

/** Plain tables, for people. */
export function asText({ stacks, rollouts, wave, checkpoints }: Results): string {
  const { processors, model, memoryGibibytes, node, pulumi, kubernetesProvider } = machineFacts();
  return [
    `${processors} processors (${model}), ${memoryGibibytes} GiB; Node ${node}, Pulumi ${pulumi}, Kubernetes provider ${kubernetesProvider}`,
    checkpoints ? "file backend, without checkpoint backups" : "file backend, without checkpoints",
    "",
    ...(stacks ? [...stacks.sizes.flatMap(sizeLines), ...stacks.startUp.flatMap(startUpLines)] : []),
    ...(rollouts ? rolloutsOrWhyNot(rollouts) : []),
    ...(wave ? waveLines(wave) : []),
  ].join("\n");
}

function rolloutsOrWhyNot(rollouts: NonNullable<Results["rollouts"]>): string[] {
  return "impossible" in rollouts ? ["Rollouts: not measured", rollouts.impossible, ""] : rolloutLines(rollouts);
}

function sizeLines({ plugins, resources, components, samples }: SizeResult): string[] {
  const rows = operations.map((operation) => {
    const { ours, raw } = samples[operation];
    const [one, other] = [median(ours.map(secondsOf)), median(raw.map(secondsOf))];
    const ratio = one / other;
    const [work, otherWork] = [ours, raw].map((all) => median(all.map(({ processorSeconds }) => processorSeconds)));
    return [
      operation,
      `${one.toFixed(2)} s`,
      `${other.toFixed(2)} s`,
      `${ratio.toFixed(2)}${ratio > goal ? " *" : ""}`,
      String(ours.length),
      ...[work, otherWork].map((seconds) => (seconds === 0 ? "unknown" : `${(seconds ?? 0).toFixed(1)} s`)),
      ...[ours, raw].map((all) => mebibytes(all.map(({ programMebibytes }) => programMebibytes))),
      ...[ours, raw].map((all) => mebibytes(all.map(({ treeMebibytes }) => treeMebibytes))),
    ];
  });
  const head = [
    "",
    "ours",
    "raw",
    "ratio",
    "runs",
    "processor time: ours",
    "raw",
    "program's memory: ours",
    "raw",
    "all memory: ours",
    "raw",
  ];
  return [
    `${plugins} plugins: ${resources} resources in both, ${components} components in ours`,
    ...table([head, ...rows]),
    ...(rows.some((row) => row[3]?.endsWith("*") === true) ? [`* above the goal of ${goal}`] : []),
    "",
  ];
}

function secondsOf({ seconds }: Sample): number {
  return seconds;
}

function startUpLines({ plugins, firstRegistration, parts, help, node }: StartUp): string[] {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  return [
    `Start-up at ${plugins} plugins`,
    ...table([
      ["process start to first registration: ours", milliseconds(firstRegistration.ours)],
      ["process start to first registration: raw", milliseconds(firstRegistration.raw)],
      ...parts.map(([name, value]) => [`  ${name}`, milliseconds(value)]),
      ["patchbay --help", milliseconds(help)],
      ["node --eval 0", milliseconds(node)],
    ]),
    "",
  ];
}
