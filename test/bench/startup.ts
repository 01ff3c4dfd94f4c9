import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { type Machine, runToEnd } from "./measured.ts";
import { createPair, type Kind, kinds, type Project, pulumi } from "./projects.ts";
import { median } from "./statistics.ts";
import { synthetic } from "./synthetic.ts";

const checkout = resolve(import.meta.dirname, "../..");

export interface StartUp {
  readonly plugins: number;
  /** From the start of the program's process to its first resource's registration, in milliseconds, by the real engine. */
  readonly firstRegistration: Readonly<Record<Kind, number>>;
  /** The steps of Patchbay's program in a process of their own, in milliseconds. */
  readonly parts: readonly (readonly [string, number])[];
  /** Milliseconds that `patchbay --help` takes, and Node with an empty program. */
  readonly help: number;
  readonly node: number;
}

/** Measures how long programs and commands take to get going: medians of several runs. */
export async function measureStartUp(
  machine: Machine,
  plugins: number,
  times: number,
  note: (text: string) => void,
): Promise<StartUp> {
  const pair = await createPair(machine, plugins, `startup-${String(plugins)}`);
  for (const kind of kinds) preload(pair[kind], import.meta.resolve("./first-registration.ts"));
  const first: Record<Kind, number[]> = { ours: [], raw: [] };
  for (let time = 0; time < times; time++)
    for (const kind of kinds) first[kind].push(await firstRegistration(machine, pair[kind]));
  note(`start-up of the programs at ${String(plugins)} plugins: measured`);
  const documents = synthetic(plugins, pair.ours.namespace);
  writeFileSync(join(pair.ours.directory, "documents.json"), JSON.stringify(documents));
  const parts = await measureParts(machine, pair.ours, times);
  const help = await repeated(times, () => node(machine, checkout, ...commandLine(), "--help"));
  const bare = await repeated(times, () => node(machine, checkout, "--eval", "0"));
  note("start-up of the command line: measured");
  return {
    plugins,
    firstRegistration: { ours: median(first.ours), raw: median(first.raw) },
    parts,
    help,
    node: bare,
  };
}

/** Has a project's program load a module before all else. */
export function preload({ directory }: Project, module: string): void {
  const file = join(directory, "Pulumi.yaml");
  const settings = parse(readFileSync(file, "utf8")) as { runtime: { options: Record<string, unknown> } };
  settings.runtime.options.nodeargs = `--import=${module}`;
  writeFileSync(file, stringify(settings));
}

async function firstRegistration(machine: Machine, project: Project): Promise<number> {
  const file = join(project.directory, "first-registration");
  const variables = { ...project.variables, PATCHBAY_BENCH_FIRST_REGISTRATION: file };
  await pulumi(machine, { ...project, variables }, "preview", "-s", "dev");
  return Number(readFileSync(file, "utf8"));
}

async function measureParts(machine: Machine, { directory }: Project, times: number): Promise<StartUp["parts"]> {
  const runs: [string, number][][] = [];
  for (let time = 0; time < times; time++) {
    const script = fileURLToPath(import.meta.resolve("./startup-parts.ts"));
    const { output } = await node(machine, directory, script);
    runs.push(JSON.parse(output) as [string, number][]);
  }
  return (runs[0] ?? []).map(([name], index) => [name, median(runs.map((run) => run[index]?.[1] ?? 0))] as const);
}

/** The command's file: the published one where there is one, else the sources'. */
function commandLine(): string[] {
  const published = join(checkout, "bin/patchbay.mjs");
  return ["--disable-warning=ExperimentalWarning", existsSync(published) ? published : join(checkout, "cli/main.ts")];
}

function node({ variables, signal }: Machine, directory: string, ...args: readonly string[]) {
  return runToEnd(process.execPath, args, { directory, variables, signal });
}

async function repeated(times: number, work: () => Promise<{ readonly seconds: number }>): Promise<number> {
  const seconds: number[] = [];
  for (let time = 0; time < times; time++) seconds.push((await work()).seconds);
  return median(seconds) * 1000;
}
