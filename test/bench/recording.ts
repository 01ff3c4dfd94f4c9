import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../../components/index.ts";
import { type Catalog, resolve } from "../../model/index.ts";
import { readCatalog } from "../../sources/index.ts";
import { concealed, type Inputs, MockWorld, openGate, type Registration } from "../support/mock-world.ts";
import type { RawResource } from "./raw-program.ts";
import type { Synthetic } from "./synthetic.ts";

/** What Patchbay's program registers for an environment, its components left out, in an order in which it can be repeated. */
export async function recordResources(documents: Synthetic, catalog: Catalog): Promise<readonly RawResource[]> {
  const { environment, plugins, credentials } = documents;
  await pulumi.runtime.setMocks({ newResource: answer, call: () => ({}) }, "bench", "dev");
  const world = new MockWorld();
  world.listen();
  const model = resolve({ name: "dev", file: "Pulumi.dev.yaml", environment, plugins, credentials }, catalog);
  deploy(model, { credentials: pulumi.secret(credentials), gate: openGate });
  const registrations = await world.registered();
  const own = registrations.filter(({ type }) => !isComponent(type));
  const names = new Map(own.map(({ urn, name }) => [urn, name]));
  return own.map((one) => rawResource(one, names));
}

/** The catalog in a project's folder, as its program will read it. */
export function catalogIn(project: string, { plugins }: Synthetic): Catalog {
  return readCatalog(join(project, "catalog"), plugins);
}

export function isComponent(type: string): boolean {
  return type.startsWith("patchbay:") || type === "pulumi:pulumi:Stack";
}

/** A text that stands for an output of another resource: where it turns up among inputs, the raw program uses that output. */
const outputMark = /^@output:(.+):(name|generation)@$/;

function answer({ name, type, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const given = inputs as Inputs;
  if (!type.startsWith("kubernetes:")) return { id: name, state: { ...given } };
  const metadata = { name: `@output:${name}:name@`, generation: `@output:${name}:generation@` };
  return { id: name, state: { ...given, metadata: { ...metadata, ...(given.metadata as object | undefined) } } };
}

function rawResource(one: Registration, names: ReadonlyMap<string, string>): RawResource {
  const inputs = encode(one.inputs, one.visibleInputs) as Inputs;
  return {
    type: one.type,
    name: one.name,
    inputs: one.type === "kubernetes:apps/v1:Deployment" ? awaited(inputs) : inputs,
    dependencies: one.dependencies.flatMap((urn) => names.get(urn) ?? []),
    retainOnDelete: one.retainOnDelete,
  };
}

function encode(value: unknown, visible: unknown): unknown {
  if (visible === concealed && value !== concealed) return { $secret: value };
  if (typeof value === "string") {
    const [, resource, key] = outputMark.exec(value) ?? [];
    return resource === undefined ? value : { $output: resource, key };
  }
  if (Array.isArray(value)) return value.map((item, index) => encode(item, (visible as unknown[])[index]));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item, (visible as Inputs)[key])]));
}

/** A raw program has nothing but the provider to wait for a rollout: without this, it would verify one that has not begun. */
function awaited(deployment: Inputs): Inputs {
  const metadata = deployment.metadata as { readonly annotations?: Inputs };
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== "pulumi.com/skipAwait");
  return { ...deployment, metadata: { ...metadata, annotations: Object.fromEntries(annotations) } };
}

/** Version of an installed package, for the report. */
export function packageVersion(name: string): string {
  const manifest = join(dirname(import.meta.dirname), "..", "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
