import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import {
  type Catalog,
  type ContractHashes,
  largestDocument,
  PatchbayError,
  type ReleaseSource,
  sha256,
} from "../model/index.ts";

/** Largest contract file in bytes: an OpenAPI document of a thousand operations has about two million. */
const largestContract = 8 * 1024 * 1024;

/**
 * Reads what an environment speaks of from a catalog folder: `<plugin>/<version>.yaml`, and the release's contract files
 * in `<plugin>/<version>/`. Nothing else is opened, so that the size of a catalog costs nothing.
 *
 * @param folder The catalog, relative to the working directory.
 * @param placements `patchbay:plugins`, still unchecked: names are looked up among the folder's entries, never joined to a path.
 * @throws PatchbayError `document-too-large` for a contract file over 8 MiB; `config-missing` where there is no such folder.
 */
export function readCatalog(folder: string, placements: unknown): Catalog {
  const plugins = entries(folder, true)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const versions = new Map<string, readonly string[]>();
  const releases = new Map<string, ReleaseSource>();
  for (const [plugin, placement] of Object.entries(isMap(placements) ? placements : {})) {
    if (!plugins.includes(plugin)) continue;
    const known = entries(join(folder, plugin))
      .filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))
      .map(({ name }) => name.slice(0, -".yaml".length))
      .sort();
    versions.set(plugin, known);
    const wanted = isMap(placement) ? placement.release : undefined;
    if (typeof wanted === "string" && known.includes(wanted))
      releases.set(`${plugin}@${wanted}`, readRelease(folder, plugin, wanted));
  }
  return { plugins, versions, releases };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readRelease(folder: string, plugin: string, version: string): ReleaseSource {
  const file = posix.join(folder, plugin, `${version}.yaml`);
  assertSize(file, largestDocument);
  return { file, text: readFileSync(file, "utf8"), contracts: hashContracts(posix.join(folder, plugin, version)) };
}

function hashContracts(folder: string): ContractHashes {
  const files = entries(folder, false, true)
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    files.map((file) => {
      assertSize(file, largestContract);
      return [posix.relative(folder, file), sha256(readFileSync(file))];
    }),
  );
}

/** Entries of a folder; symbolic links count as neither file nor folder, so that nothing outside is ever read. */
function entries(folder: string, required = false, recursive = false): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive });
  } catch (error) {
    const absent = ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
    if (absent && !required) return [];
    if (!absent) throw error;
    throw new PatchbayError([
      {
        code: "config-missing",
        file: folder,
        path: "",
        found: "no such folder",
        expected: "the catalog: <plugin>/<version>.yaml for each release",
        remedy: "run Pulumi in the project's folder, or create the catalog there",
      },
    ]);
  }
}

function assertSize(file: string, most: number): void {
  const { size } = statSync(file);
  if (size <= most) return;
  throw new PatchbayError([
    {
      code: "document-too-large",
      file,
      path: "",
      found: `${String(size)} bytes`,
      expected: `at most ${String(most)} bytes`,
      remedy: "see whether this file belongs into the catalog",
    },
  ]);
}
