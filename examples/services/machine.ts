import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ToolchainError } from "../../toolchain/index.ts";
import type { MachineFolders } from "./manifests.ts";

/** As much of a machine's file system as decides what the systems run on. */
export interface FileSystem {
  has(path: string): boolean;
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): readonly string[];
  read(file: string): string;
}

/** Where Debian and its kin have each version of PostgreSQL in a folder of its own. */
const POSTGRES = "/usr/lib/postgresql";
const OLDEST_POSTGRES = 14;

const SYSTEM_FOLDERS = ["/usr", "/bin", "/lib", "/lib64"];

const thisFileSystem: FileSystem = {
  has: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  read: (file) => readFileSync(file, "utf8"),
};

/**
 * What the systems' pods see of this machine.
 *
 * @param checkout folder of the sources, with their dependencies installed
 * @throws ToolchainError `postgresql-missing` or `dependencies-missing`
 */
export function machineFolders(checkout: string, files: FileSystem = thisFileSystem): MachineFolders {
  if (!files.has(join(checkout, "node_modules", "oidc-provider"))) throw withoutDependencies(checkout);
  const versions = files
    .list(POSTGRES)
    .filter((version) => files.has(join(POSTGRES, version, "bin", "postgres")))
    .map(Number)
    .filter((version) => version >= OLDEST_POSTGRES);
  if (versions.length === 0) throw withoutPostgres(files.list(POSTGRES));
  return {
    checkout,
    node: process.execPath,
    system: SYSTEM_FOLDERS.filter((folder) => files.has(folder)),
    sources: hashOf(join(checkout, "examples", "services"), files),
    postgres: join(POSTGRES, String(Math.max(...versions)), "bin"),
  };
}

function hashOf(folder: string, files: FileSystem): string {
  const hash = createHash("sha256");
  const sources = files.list(folder).filter((name) => name.endsWith(".ts"));
  for (const name of sources.toSorted()) hash.update(`${name}\0`).update(files.read(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

function withoutPostgres(found: readonly string[]): ToolchainError {
  return new ToolchainError({
    code: "postgresql-missing",
    problem: "The shop's database cannot be started",
    found: found.length === 0 ? `no PostgreSQL in ${POSTGRES}` : `PostgreSQL ${found.join(", ")} in ${POSTGRES}`,
    expected: `PostgreSQL ${OLDEST_POSTGRES} or newer, as Debian's package postgresql installs it`,
    remedy: "apt-get install postgresql",
  });
}

function withoutDependencies(checkout: string): ToolchainError {
  return new ToolchainError({
    code: "dependencies-missing",
    problem: "The shop's systems cannot be started",
    found: `no oidc-provider in ${join(checkout, "node_modules")}`,
    expected: "the checkout's dependencies, those for development included",
    remedy: "run npm ci in the checkout",
  });
}
