import semver from "semver";
import { type ContractHashes, releaseDigest } from "../digest.ts";
import { parseYaml } from "../document.ts";
import type { Problem } from "../problem.ts";
import { check, nearestTo } from "../schema/check.ts";
import type { Placement, Stage } from "../schema/environment.ts";
import { type Release, releaseSchema } from "../schema/release.ts";
import { byCodeUnit } from "./order.ts";
import type { Report } from "./report.ts";

/** A release as it lies in the catalog, not yet read. */
export interface ReleaseSource {
  /** Its file, relative to the project: `catalog/<plugin>/<version>.yaml`. */
  readonly file: string;
  readonly text: string;
  readonly contracts: ContractHashes;
}

/** The part of the catalog that an environment speaks of, as plain data. */
export interface Catalog {
  /** Versions of each plugin that the catalog holds, in any order; for plugins that were asked for. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** Releases that were asked for and exist, by `<plugin>@<version>`. */
  readonly releases: ReadonlyMap<string, ReleaseSource>;
  /** Names of all plugins in the catalog. */
  readonly plugins: readonly string[];
}

export interface Placed {
  readonly name: string;
  readonly placement: Placement;
  readonly release: Release;
  readonly digest: string;
  /** The release's file. */
  readonly file: string;
}

export interface Where {
  /** The environment's file, such as `Pulumi.dev.yaml`. */
  readonly file: string;
  readonly stage: Stage | undefined;
}

/** Reads the release that a placement names, and checks that it is what the placement says. */
export function place(
  name: string,
  placement: Placement,
  catalog: Catalog,
  where: Where,
  report: Report,
): Placed | undefined {
  const source = catalog.releases.get(`${name}@${placement.release}`);
  if (source === undefined) {
    report.add([unknownRelease(name, placement, catalog, where)]);
    return undefined;
  }
  const data = report.attempt(() => ({ parsed: parseYaml(source.file, source.text) }));
  if (data === undefined) return undefined;
  const checked = check(releaseSchema, data.parsed, { file: source.file, path: "" });
  report.add(checked.problems);
  if (checked.value === undefined) return undefined;
  const release = checked.value;
  const digest = releaseDigest(data.parsed, source.contracts);
  report.add([
    ...misplaced(name, placement, release, source),
    ...sharedNames(release, source),
    ...wrongDigest(name, placement, digest, where),
  ]);
  return { name, placement, release, digest, file: source.file };
}

function unknownRelease(name: string, { release }: Placement, catalog: Catalog, { file }: Where): Problem {
  const versions = catalog.versions.get(name) ?? [];
  const nearest = nearestTo(name, catalog.plugins);
  const known = versions.length > 0;
  return {
    code: "release-unknown",
    file,
    path: known ? `patchbay:plugins.${name}.release` : `patchbay:plugins.${name}`,
    found: known ? `release ${release}, which the catalog lacks` : `plugin "${name}", which the catalog lacks`,
    expected: known ? `one of ${newest(versions)}` : `a plugin with a folder in catalog/`,
    remedy:
      known || nearest === undefined
        ? `choose another, or add catalog/${name}/${release}.yaml`
        : `did you mean ${nearest}?`,
  };
}

const mostVersions = 10;

/** Versions, newest first; not all of a long history. */
function newest(versions: readonly string[]): string {
  const sorted = versions
    .filter((version) => semver.valid(version) !== null)
    .sort((one, other) => semver.rcompare(one, other) || byCodeUnit(one, other));
  const left = sorted.length - mostVersions;
  return sorted.slice(0, mostVersions).join(", ") + (left > 0 ? ` and ${String(left)} older ones` : "");
}

function misplaced(name: string, placement: Placement, release: Release, source: ReleaseSource): Problem[] {
  const pairs = [
    { path: "plugin", found: release.plugin, expected: name },
    { path: "version", found: release.version, expected: placement.release },
  ];
  return pairs
    .filter(({ found, expected }) => found !== expected)
    .map(({ path, found, expected }) => ({
      code: "release-mismatch",
      file: source.file,
      path,
      found,
      expected: `${expected}, as the file's place in the catalog says`,
      remedy: "move the file, or correct the field",
    }));
}

function sharedNames(release: Release, { file }: ReleaseSource): Problem[] {
  return [...sharedBindingNames(release, file), ...sharedTaskNames(release, file)];
}

function sharedTaskNames({ tasks }: Release, file: string): Problem[] {
  return (["before", "after"] as const).flatMap((when) => {
    const names = tasks[when].map(({ name }) => name);
    return names.flatMap((name, index): Problem[] => {
      const first = names.indexOf(name);
      if (first === index) return [];
      return [
        {
          code: "name-taken",
          file,
          path: `tasks.${when}.${String(index)}.name`,
          found: `a second task ${name}`,
          expected: `a name of its own: tasks.${when}.${String(first)} has this one, and each task's Job is named after it`,
          remedy: "rename one of them",
        },
      ];
    });
  });
}

function sharedBindingNames(release: Release, file: string): Problem[] {
  return Object.keys(release.requires)
    .filter((required) => Object.hasOwn(release.integrations, required))
    .map((required) => ({
      code: "name-taken",
      file,
      path: `integrations.${required}`,
      found: `an integration point with the name of the required plugin ${required}`,
      expected: "a name of its own: each of them gives a binding of its name",
      remedy: "rename the integration point",
    }));
}

function wrongDigest(name: string, placement: Placement, actual: string, { file, stage }: Where): Problem[] {
  if (
    placement.digest === actual ||
    (placement.digest === undefined && (stage === "development" || stage === undefined))
  )
    return [];
  const missing = placement.digest === undefined;
  return [
    {
      code: missing ? "digest-missing" : "digest-mismatch",
      file,
      path: `patchbay:plugins.${name}.digest`,
      found: placement.digest ?? "nothing",
      expected: missing
        ? `${actual} (required in stage ${String(stage)})`
        : `${actual}, the digest of ${name} ${placement.release} in the catalog`,
      remedy: missing ? "add it" : "a release never changes: restore its files from git, or make a new version",
    },
  ];
}
