import semver from "semver";
import type { Problem } from "../problem.ts";
import type { Placed } from "./catalog.ts";
import type { Draft } from "./draft.ts";

/** Whether a version lies in a range. Pre-releases count by their order, so that `>=3.2` holds for 3.3.0-rc.1. */
export function inRange(version: string, range: string): boolean {
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** Required plugins that are missing or out of range, and conflicting ones that are there. */
export function unmetRequirements(
  plugins: ReadonlyMap<string, Placed>,
  placements: Draft["placements"],
  file: string,
): Problem[] {
  return [...plugins.values()].flatMap((plugin) => [
    ...unmetBy(plugin, plugins, placements, file),
    ...conflictsOf(plugin, plugins, file),
  ]);
}

function unmetBy(
  plugin: Placed,
  plugins: ReadonlyMap<string, Placed>,
  placements: Draft["placements"],
  file: string,
): Problem[] {
  return Object.entries(plugin.release.requires).flatMap(([required, range]): Problem[] => {
    const other = plugins.get(required);
    const source = `(${plugin.file}: requires.${required})`;
    if (other === undefined) {
      // A placed one whose release could not be read has been reported already.
      if (placements.has(required)) return [];
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
    // Beside other releases of itself no plugin ever runs.
    const other = name === plugin.name ? undefined : plugins.get(name);
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
