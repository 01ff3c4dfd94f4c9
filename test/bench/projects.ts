import { copyFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { localBackend } from "../../toolchain/index.ts";
import { type Machine, runToEnd } from "./measured.ts";
import { catalogIn, isComponent, recordResources } from "./recording.ts";
import { synthetic } from "./synthetic.ts";

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
export async function createPair(machine: Machine, plugins: number, name: string): Promise<Pair> {
  const [ours, raw] = [project(machine, "ours", name), project(machine, "raw", name)];
  const documents = synthetic(plugins, ours.namespace);
  for (const folder of ["components", "model", "sources"])
    cpSync(join(checkout, folder), join(ours.directory, folder), { recursive: true });
  copyFileSync(join(checkout, "index.ts"), join(ours.directory, "index.ts"));
  for (const release of documents.releases) {
    const folder = join(ours.directory, "catalog", release.plugin);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${release.version}.yaml`), stringify(release));
  }
  copyFileSync(fileURLToPath(import.meta.resolve("./raw-program.ts")), join(raw.directory, "index.ts"));
  const recorded = await recordResources(synthetic(plugins, raw.namespace), catalogIn(ours.directory, documents));
  writeFileSync(join(raw.directory, "resources.json"), JSON.stringify(recorded));
  const { environment, plugins: placements, credentials } = documents;
  await createStack(
    machine,
    ours,
    { "patchbay:environment": environment, "patchbay:plugins": placements },
    credentials,
  );
  await createStack(machine, raw, {}, {});
  return { ours, raw };
}

function project(machine: Machine, kind: Kind, name: string): Project {
  const directory = join(machine.directory, `${name}-${kind}`);
  mkdirSync(directory);
  for (const file of ["Pulumi.yaml", "package.json"]) copyFileSync(join(checkout, file), join(directory, file));
  symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
  const variables = { ...machine.variables, ...localBackend(join(directory, "state"), {}) };
  return { kind, directory, variables, namespace: `bench-${name}-${kind}` };
}

async function createStack(
  machine: Machine,
  project: Project,
  config: Readonly<Record<string, unknown>>,
  credentials: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<void> {
  writeFileSync(join(project.directory, "Pulumi.dev.yaml"), stringify({ config }));
  await pulumi(machine, project, "stack", "init", "dev", "--no-select");
  const secrets = Object.entries(credentials).flatMap(([service, entries]) =>
    Object.entries(entries).flatMap(([key, value]) => ["--secret", `patchbay:credentials.${service}.${key}=${value}`]),
  );
  if (secrets.length > 0) await pulumi(machine, project, "config", "set-all", "--path", "-s", "dev", ...secrets);
}

/** Runs the engine once and measures it. */
export function pulumi(machine: Machine, { directory, variables }: Project, ...args: readonly string[]) {
  const all = [...args, "--non-interactive", "--color", "never"];
  return runToEnd(machine.pulumi, all, { directory, variables, signal: machine.signal });
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
