import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { localBackend } from "../../toolchain/index.ts";
import { type Ended, type Machine, runToAnyEnd, runToEnd } from "./measured.ts";
import type { RawResource } from "./raw-program.ts";
import { catalogIn, isComponent, recordResources } from "./recording.ts";
import { type Synthetic, synthetic } from "./synthetic.ts";

const checkout = resolve(import.meta.dirname, "../..");

/** What is measured: Patchbay's program, and the same resources without it. */
export type Kind = "ours" | "raw";
export const kinds: readonly Kind[] = ["ours", "raw"];

export interface Project {
  readonly kind: Kind;
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly namespace: string;
}

export interface Pair {
  readonly ours: Project;
  readonly raw: Project;
}

/** Two fresh stacks with the same resources, each in a namespace and a backend of its own. */
export async function createPair(machine: Machine, plugins: number, name: string, version?: string): Promise<Pair> {
  const pair = { ours: createProject(machine, "ours", name), raw: createProject(machine, "raw", name) };
  for (const kind of kinds) await createStack(machine, pair[kind], synthetic(plugins, pair[kind].namespace, version));
  return pair;
}

/** A project in a folder, a backend and a namespace of its own, which declares nothing yet. */
export function createProject(machine: Machine, kind: Kind, name: string): Project {
  const directory = join(machine.directory, `${name}-${kind}`);
  mkdirSync(directory);
  for (const file of ["Pulumi.yaml", "package.json"]) copyFileSync(join(checkout, file), join(directory, file));
  symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
  if (kind === "ours") {
    for (const folder of ["components", "model", "sources"])
      cpSync(join(checkout, folder), join(directory, folder), { recursive: true });
    copyFileSync(join(checkout, "index.ts"), join(directory, "index.ts"));
  } else {
    copyFileSync(fileURLToPath(import.meta.resolve("./raw-program.ts")), join(directory, "index.ts"));
  }
  const variables = { ...machine.variables, ...localBackend(join(directory, "state"), {}) };
  return { kind, directory, variables, namespace: `bench-${name}-${kind}` };
}

/** What a raw program leaves out of what Patchbay's registers, or does in another way. */
export type Change = (resources: readonly RawResource[]) => readonly RawResource[];

/** Makes a project's stack, with what it is to bring in. */
export async function createStack(
  machine: Machine,
  project: Project,
  documents: Synthetic,
  change?: Change,
): Promise<void> {
  await pulumi(machine, project, "stack", "init", "dev", "--no-select");
  await declare(project, documents, change);
  if (project.kind === "raw") return;
  const secrets = Object.entries(documents.credentials).flatMap(([service, entries]) =>
    Object.entries(entries).flatMap(([key, value]) => ["--secret", `patchbay:credentials.${service}.${key}=${value}`]),
  );
  if (secrets.length > 0) await pulumi(machine, project, "config", "set-all", "--path", "-s", "dev", ...secrets);
}

/** Declares what a project's next update is to bring in. Credentials stay as they are. */
export async function declare(project: Project, documents: Synthetic, change: Change = (all) => all): Promise<void> {
  for (const release of documents.releases) {
    const folder = join(project.directory, "catalog", release.plugin);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${release.version}.yaml`), stringify(release));
  }
  if (project.kind === "raw") {
    const recorded = await recordResources(documents, catalogIn(project.directory, documents));
    writeFileSync(join(project.directory, "resources.json"), JSON.stringify(change(recorded)));
    return;
  }
  const file = join(project.directory, "Pulumi.dev.yaml");
  const settings = parse(readFileSync(file, "utf8")) as { readonly config?: object };
  const { environment, plugins } = documents;
  const config = { ...settings.config, "patchbay:environment": environment, "patchbay:plugins": plugins };
  writeFileSync(file, stringify({ ...settings, config }));
}

/** Runs the engine once and measures it. */
export function pulumi(machine: Machine, project: Project, ...args: readonly string[]): Promise<Ended> {
  return runToEnd(machine.pulumi, [...args, ...plain], runOptions(machine, project));
}

/** An update, whatever comes of it. */
export function update(machine: Machine, project: Project): Promise<Ended> {
  return runToAnyEnd(machine.pulumi, [...updateArguments, ...plain], runOptions(machine, project));
}

export const updateArguments = ["up", "--yes", "--skip-preview", "-s", "dev"] as const;
const plain = ["--non-interactive", "--color", "never"] as const;

function runOptions({ signal }: Machine, { directory, variables }: Project) {
  return { directory, variables, signal };
}

interface State {
  readonly deployment: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly type: string;
      readonly inputs?: unknown;
      readonly dependencies?: readonly string[];
    }[];
  };
}

export interface Counts {
  /** Resources of both, less components and the stack itself. */
  readonly resources: number;
  /** Components that only Patchbay's program registers. */
  readonly components: number;
}

/**
 * Makes sure that both programs have made the same: types, names, inputs, dependencies.
 *
 * @throws Error that names the first difference: a comparison of different things would be worthless.
 */
export async function assertSame(machine: Machine, { ours, raw }: Pair): Promise<Counts> {
  const [one, other] = [await resourcesOf(machine, ours), await resourcesOf(machine, raw)];
  for (const name of new Set([...one.resources.keys(), ...other.resources.keys()])) {
    if (one.resources.get(name) === other.resources.get(name)) continue;
    const sides = [one, other].map(({ resources }) => resources.get(name) ?? "absent");
    throw new Error(`the programs differ in ${name}:\n  Patchbay  ${sides.join("\n  raw       ")}`);
  }
  return { resources: one.resources.size, components: one.components };
}

async function resourcesOf(machine: Machine, project: Project) {
  const { output } = await pulumi(machine, project, "stack", "export", "-s", "dev");
  const all = (JSON.parse(output) as State).deployment.resources ?? [];
  const own = all.filter(({ type }) => !isComponent(type));
  const names = new Map(own.map(({ urn }) => [urn, urn.split("::").at(-1) ?? urn]));
  const describe = ({ type, inputs, dependencies = [] }: (typeof own)[number]) =>
    JSON.stringify([type, inputs, dependencies.flatMap((urn) => names.get(urn) ?? []).sort()])
      .replaceAll(project.namespace, "NAMESPACE")
      // Differs by design: the raw program has the provider wait for Deployments.
      .replace(type === "kubernetes:apps/v1:Deployment" ? /,?"pulumi.com\/skipAwait":"true"/ : "\0", "")
      .replaceAll(/"ciphertext":"[^"]*"/g, '"ciphertext":""')
      // What the provider appends to names that it gives.
      .replaceAll(/-[0-9a-f]{8}"/g, '-RANDOM"');
  return {
    resources: new Map(own.map((one) => [names.get(one.urn) ?? one.urn, describe(one)])),
    components: all.length - own.length - 1,
  };
}
