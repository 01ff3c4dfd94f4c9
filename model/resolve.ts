import { guard } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import type { Model, ResolvedBinding, ResolvedPlugin, Scale } from "./model.ts";
import { PatchbayError } from "./problem.ts";
import { bindServices, credentialProblems } from "./resolve/bindings.ts";
import { type Catalog, type Placed, place } from "./resolve/catalog.ts";
import { hostProblems, takenRoutes } from "./resolve/host.ts";
import { Report } from "./resolve/report.ts";
import { byCodeUnit, cycleProblem, dependencyOrder, unmetRequirements } from "./resolve/requirements.ts";
import { check } from "./schema/check.ts";
import { type Environment, environmentSchema, type Placement, placementsSchema } from "./schema/environment.ts";
import { ratio } from "./schema/measure.ts";
import { credentialsSchema } from "./schema/service.ts";

/** Largest configuration of an environment, in bytes of JSON: the kernel takes 128 KiB for one environment string. */
export const largestConfig = 100 * 1024;

/** An environment's documents as plain data, still unchecked. */
export interface Documents {
  /** The environment's name: that of its stack. */
  readonly name: string;
  /** Its file, for messages: `Pulumi.<name>.yaml`. */
  readonly file: string;
  /** `patchbay:environment` */
  readonly environment: unknown;
  /** `patchbay:plugins` */
  readonly plugins: unknown;
  /** `patchbay:credentials`. Only the names in it are read; no value reaches the model or a message. */
  readonly credentials: unknown;
}

type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Joins an environment and the catalog into a model: complete, frozen, plugins in dependency order.
 *
 * @throws PatchbayError with every problem of every document at once.
 */
export function resolve(documents: Documents, catalog: Catalog): Model {
  const report = new Report();
  assertBounded(documents);
  const { file } = documents;
  const environment = checkPart(environmentSchema, documents, "environment", report);
  const placements = checkPart(placementsSchema, documents, "plugins", report) ?? {};
  const credentials = checkPart(credentialsSchema, documents, "credentials", report);

  const placed = placeAll(placements, catalog, { file, stage: environment?.stage }, report);
  report.add(
    ...unmetRequirements(placed, new Set(Object.keys(placements)), file),
    ...takenRoutes([...placed.values()]),
  );
  const { order, cycles } = dependencyOrder(
    new Map([...placed].map(([name, { release }]) => [name, Object.keys(release.requires)])),
  );
  report.add(...cycles.map((cycle) => cycleProblem(cycle, placed, file)));

  const bindings =
    environment === undefined
      ? new Map<string, ResolvedBinding[]>()
      : bindAll(placed, environment, credentials, documents, report);
  report.throwIfAny();

  const plugins = order.flatMap((name) => {
    const plugin = placed.get(name);
    return plugin === undefined ? [] : [complete(plugin, placed, bindings.get(name) ?? [])];
  });
  return deepFreeze({ environment: { ...(environment as Environment), name: documents.name }, plugins });
}

function assertBounded({ file, environment, plugins, credentials }: Documents): void {
  const parts = { environment, plugins, credentials };
  const unsafe = guard(file, parts);
  if (unsafe !== undefined) throw new PatchbayError([unsafe]);
  const size = Buffer.byteLength(JSON.stringify(parts));
  if (size <= largestConfig) return;
  throw new PatchbayError([
    {
      code: "config-too-large",
      file,
      path: "",
      found: `${String(size)} bytes of configuration`,
      expected: `at most ${String(largestConfig)} (Pulumi hands it to the program as one environment string, which the kernel limits)`,
      remedy: "split the environment into two stacks",
    },
  ]);
}

function checkPart<Schema extends Parameters<typeof check>[0]>(
  schema: Schema,
  documents: Documents,
  part: "environment" | "plugins" | "credentials",
  report: Report,
) {
  const path = `patchbay:${part}`;
  const data = documents[part];
  if (data === undefined && part !== "credentials") {
    report.add({
      code: "config-missing",
      file: documents.file,
      path,
      found: "nothing",
      expected:
        part === "environment"
          ? "where plugins run: stage, host, target, services"
          : "which release of which plugin runs ({} for none)",
      remedy: "add it; docs/reference/environment.md shows the format",
    });
    return undefined;
  }
  const checked = check(schema, data ?? {}, { file: documents.file, path, secret: part === "credentials" });
  report.add(...checked.problems);
  return checked.value;
}

function placeAll(
  placements: Readonly<Record<string, Placement>>,
  catalog: Catalog,
  where: Parameters<typeof place>[3],
  report: Report,
): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  for (const name of Object.keys(placements).sort(byCodeUnit)) {
    const placement = placements[name];
    const plugin = placement === undefined ? undefined : place(name, placement, catalog, where, report);
    if (plugin !== undefined) placed.set(name, plugin);
  }
  return placed;
}

function bindAll(
  placed: ReadonlyMap<string, Placed>,
  environment: Environment,
  credentials: Credentials | undefined,
  { file, name }: Documents,
  report: Report,
): Map<string, ResolvedBinding[]> {
  const bindings = new Map<string, ResolvedBinding[]>();
  for (const plugin of placed.values()) {
    const { bindings: bound, problems } = bindServices(plugin, { environment, file });
    report.add(...hostProblems(plugin, environment, file), ...problems);
    bindings.set(plugin.name, bound);
  }
  const services = [...bindings.values()]
    .flat()
    .flatMap((binding) => (binding.kind === "service" ? [binding.serviceName] : []));
  if (credentials !== undefined)
    report.add(
      ...credentialProblems(environment.services, new Set(services), credentials, { file, environment: name }),
    );
  return bindings;
}

function complete(
  plugin: Placed,
  placed: ReadonlyMap<string, Placed>,
  bound: readonly ResolvedBinding[],
): ResolvedPlugin {
  const { name, release, digest, placement } = plugin;
  const required = Object.keys(release.requires).flatMap((other): ResolvedBinding[] => {
    const provider = placed.get(other)?.release;
    return provider === undefined
      ? []
      : [{ kind: "plugin", name: other, version: provider.version, port: provider.http.port }];
  });
  return {
    name,
    version: release.version,
    digest,
    release,
    scale: scaleOf(release.scale, placement.replicas),
    env: { ...release.env, ...placement.env },
    rollout: placement.rollout,
    bindings: [...bound, ...required].sort((a, b) => byCodeUnit(a.name, b.name)),
  };
}

/** Two replicas where nobody says otherwise: one of them may be on a node that is drained. */
const defaultReplicas = 2;

function scaleOf(scale: Placed["release"]["scale"], replicas: number | undefined): Scale {
  if (replicas !== undefined) return { kind: "fixed", replicas };
  if (scale === undefined) return { kind: "fixed", replicas: defaultReplicas };
  if (scale.min === scale.max) return { kind: "fixed", replicas: scale.min };
  return { kind: "auto", min: scale.min, max: scale.max, cpu: Math.max(1, Math.round(ratio(scale.cpu) * 100)) };
}
