import semver from "semver";
import type { Problem } from "../problem.ts";
import type { Placed } from "./catalog.ts";

/** Whether a version lies in a range. Pre-releases count by their order, so that `>=3.2` holds for 3.3.0-rc.1. */
export function inRange(version: string, range: string): boolean {
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** Required plugins that are missing or out of range, and conflicting ones that are there. */
export function unmetRequirements(
  plugins: ReadonlyMap<string, Placed>,
  placed: ReadonlySet<string>,
  file: string,
): Problem[] {
  return [...plugins.values()].flatMap((plugin) => [
    ...unmetBy(plugin, plugins, placed, file),
    ...conflictsOf(plugin, plugins, file),
  ]);
}

function unmetBy(
  plugin: Placed,
  plugins: ReadonlyMap<string, Placed>,
  placed: ReadonlySet<string>,
  file: string,
): Problem[] {
  return Object.entries(plugin.release.requires).flatMap(([required, range]): Problem[] => {
    const other = plugins.get(required);
    const source = `(${plugin.file}: requires.${required})`;
    if (other === undefined) {
      // A placed one whose release could not be read has been reported already.
      if (placed.has(required)) return [];
      return [
        {
          code: "plugin-missing",
          file,
          path: "patchbay:plugins",
          found: `no plugin ${required}`,
          expected: `${required} ${range}, which ${plugin.name} ${plugin.release.version} requires ${source}`,
          remedy: `add ${required} to patchbay:plugins`,
        },
      ];
    }
    if (inRange(other.release.version, range)) return [];
    return [
      {
        code: "plugin-out-of-range",
        file,
        path: `patchbay:plugins.${required}.release`,
        found: `${required} ${other.release.version}`,
        expected: `${range}, which ${plugin.name} ${plugin.release.version} requires ${source}`,
        remedy: `choose a release of ${required} in that range, or one of ${plugin.name} that works with ${other.release.version}`,
      },
    ];
  });
}

function conflictsOf(plugin: Placed, plugins: ReadonlyMap<string, Placed>, file: string): Problem[] {
  return Object.entries(plugin.release.conflicts).flatMap(([name, range]): Problem[] => {
    const other = plugins.get(name);
    if (other === undefined || !inRange(other.release.version, range)) return [];
    return [
      {
        code: "plugin-conflict",
        file,
        path: `patchbay:plugins.${name}`,
        found: `${name} ${other.release.version} beside ${plugin.name} ${plugin.release.version}`,
        expected: `no ${name} ${range} (${plugin.file}: conflicts.${name})`,
        remedy: `remove ${name} or ${plugin.name} from this environment`,
      },
    ];
  });
}

type Edges = ReadonlyMap<string, readonly string[]>;

/** Names in an order in which each stands after all that it requires, by name where that leaves a choice; and all cycles. */
export function dependencyOrder(edges: Edges): {
  readonly order: readonly string[];
  readonly cycles: readonly (readonly string[])[];
} {
  const waiting = new Map(
    [...edges].map(([name, required]) => [name, new Set(required.filter((other) => edges.has(other)))]),
  );
  const order: string[] = [];
  for (;;) {
    const ready = [...waiting]
      .filter(([, open]) => open.size === 0)
      .map(([name]) => name)
      .sort(byCodeUnit);
    if (ready.length === 0) break;
    const [next] = ready as [string];
    order.push(next);
    waiting.delete(next);
    for (const open of waiting.values()) open.delete(next);
  }
  return { order, cycles: cyclesAmong(waiting) };
}

/** One cycle for each knot of names that wait for each other. */
function cyclesAmong(waiting: Map<string, Set<string>>): string[][] {
  const cycles: string[][] = [];
  const seen = new Set<string>();
  for (const start of [...waiting.keys()].sort(byCodeUnit)) {
    const path: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      path.push(name);
      name = [...(waiting.get(name) ?? [])].sort(byCodeUnit)[0];
    }
    const entry = name === undefined ? -1 : path.indexOf(name);
    if (entry >= 0 && name !== undefined) cycles.push([...path.slice(entry), name]);
  }
  return cycles;
}

/** Order that does not depend on a locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function cycleProblem(cycle: readonly string[], plugins: ReadonlyMap<string, Placed>, file: string): Problem {
  const sources = cycle.slice(0, -1).map((name) => plugins.get(name)?.file ?? name);
  return {
    code: "dependency-cycle",
    file,
    path: "patchbay:plugins",
    found: `the cycle ${cycle.join(" -> ")}`,
    expected: `plugins that can be started one after the other (requires in ${sources.join(", ")})`,
    remedy: "release one of them without its requirement; an event can often take its place",
  };
}
