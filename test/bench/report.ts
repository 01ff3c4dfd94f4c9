import { cpus, type as system, totalmem } from "node:os";
import type { Sample } from "./measured.ts";
import { packageVersion } from "./recording.ts";
import { median, operations, type SizeResult } from "./rounds.ts";
import type { StartUp } from "./startup.ts";

/** Ratio that we aim at; what is above it is reported, not failed. */
const goal = 1.1;

export interface Results {
  readonly sizes: readonly SizeResult[];
  readonly startUp: readonly StartUp[];
  /** Whether the engine saved its state while it worked. */
  readonly checkpoints: boolean;
}

export function machineFacts() {
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
  return JSON.stringify({ machine: machineFacts(), goal, ...results }, undefined, 2);
}

/** Plain tables, for people. */
export function asText({ sizes, startUp, checkpoints }: Results): string {
  const { processors, model, memoryGibibytes, node, pulumi, kubernetesProvider } = machineFacts();
  return [
    `${processors} processors (${model}), ${memoryGibibytes} GiB; Node ${node}, Pulumi ${pulumi}, Kubernetes provider ${kubernetesProvider}`,
    checkpoints ? "file backend, without checkpoint backups" : "file backend, without checkpoints",
    "",
    ...sizes.flatMap(sizeLines),
    ...startUp.flatMap(startUpLines),
  ].join("\n");
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

function mebibytes(values: readonly number[]): string {
  const most = Math.max(...values);
  return most === 0 ? "unknown" : `${most.toFixed(0)} MiB`;
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

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
