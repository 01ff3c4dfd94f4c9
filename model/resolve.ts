import { guard } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import type { Model, ResolvedBinding, ResolvedPlugin, Scale } from "./model.ts";
import { PatchbayError } from "./problem.ts";
import { analysisProblems } from "./resolve/analyses.ts";
import { bindServices } from "./resolve/bindings.ts";
import { type Catalog, type Placed, place } from "./resolve/catalog.ts";
import { credentialProblems } from "./resolve/credentials.ts";
import { type Documents, type Draft, draft } from "./resolve/draft.ts";
import { holdProblems } from "./resolve/holds.ts";
import { hostProblems, takenRoutes } from "./resolve/host.ts";
import { byCodeUnit, dependencyOrder } from "./resolve/order.ts";
import { Report } from "./resolve/report.ts";
import { cycleProblem, unmetRequirements } from "./resolve/requirements.ts";
import { ratio, seconds } from "./schema/measure.ts";
import { strategyOf } from "./schema/rollout.ts";

/** Largest configuration of an environment, in bytes of JSON: the kernel takes 128 KiB for one environment string. */
export const largestConfig = 100 * 1024;

/**
 * Joins an environment and the catalog into a model: complete, frozen, plugins in dependency order.
 *
 * @throws PatchbayError with every problem of every document at once.
 */
export function resolve(documents: Documents, catalog: Catalog): Model {
  assertBounded(documents);
  const report = new Report();
  const drafted = draft(documents, report);
  const { file, placements, environment } = drafted;

  const placed = placeAll(drafted, catalog, report);
  report.add(unmetRequirements(placed, placements, file));
  report.add(holdProblems(drafted, documents));
  report.add(takenRoutes([...placed.values()]));
  report.add(analysisProblems(drafted));
  const { order, cycles } = dependencyOrder(
    new Map([...placed].map(([name, { release }]) => [name, Object.keys(release.requires)])),
  );
  report.add(cycles.map((cycle) => cycleProblem(cycle, placed, file)));
  const bindings = bindAll(placed, drafted, report);
  report.throwIfAny();
  if (environment === undefined) throw new TypeError("an environment without a problem is sound");

  const plugins = order.flatMap((name) => {
    const plugin = placed.get(name);
    return plugin === undefined ? [] : [complete(plugin, placed, bindings.get(name) ?? [])];
  });
  return deepFreeze({ environment: { ...environment, name: documents.name }, plugins });
}

function assertBounded({ file, environment, plugins, credentials, holds }: Documents): void {
  const parts = {
    "patchbay:environment": environment,
    "patchbay:plugins": plugins,
    "patchbay:credentials": credentials,
    "patchbay:holds": holds,
  };
  const unsafe = guard(file, parts);
  if (unsafe !== undefined) throw new PatchbayError([unsafe]);
  // As Pulumi passes it: each value as JSON, within the JSON of the whole.
  const size = Buffer.byteLength(JSON.stringify(JSON.stringify(parts)));
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

function placeAll({ file, stage, placements }: Draft, catalog: Catalog, report: Report): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  const byName = Object.entries(placements.sound).sort(([one], [other]) => byCodeUnit(one, other));
  for (const [name, placement] of byName) {
    const plugin = place(name, placement, catalog, { file, stage }, report);
    if (plugin !== undefined) placed.set(name, plugin);
  }
  return placed;
}

function bindAll(placed: ReadonlyMap<string, Placed>, drafted: Draft, report: Report): Map<string, ResolvedBinding[]> {
  const bindings = new Map<string, ResolvedBinding[]>();
  const bound = new Set<string>();
  for (const plugin of placed.values()) {
    const services = bindServices(plugin, drafted);
    report.add(hostProblems(plugin, drafted));
    report.add(services.problems);
    bindings.set(plugin.name, [...services.bindings]);
    for (const { serviceName } of services.bindings) bound.add(serviceName);
  }
  report.add(credentialProblems(bound, drafted));
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
    rollout: {
      strategy: strategyOf(placement.rollout),
      deadlineSeconds: seconds(placement.rollout.deadline),
      restartLimit: placement.rollout.restartLimit,
    },
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
