import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One folder to copy so that the stand-ins find what they import. */
export interface ClosureEntry {
  /** Below `node_modules`, as npm laid it out: `@grpc/grpc-js`. */
  readonly path: string;
  readonly source: string;
  readonly version: string;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Loaded by the stand-ins themselves; of `@pulumi/pulumi`, just the protocol, whose other dependencies are many. */
const ROOTS = ["@grpc/grpc-js", "google-protobuf"];
const PROTOCOL = "@pulumi/pulumi";

/** The packages that the stand-ins load, with all that these depend on, in npm's own layout. */
export function npmClosure(from: string): ClosureEntry[] {
  const root = nodeModulesAbove(from);
  const entries = new Map<string, ClosureEntry>();
  const queue = ROOTS.map((name) => ({ name, from: root }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const path = resolve(root, next.from, next.name);
    if (entries.has(path)) continue;
    const source = join(root, path);
    const manifest = manifestOf(source);
    entries.set(path, { path, source, version: manifest.version ?? "" });
    for (const name of Object.keys(manifest.dependencies ?? {})) queue.push({ name, from: source });
  }
  const { version = "" } = manifestOf(join(root, PROTOCOL));
  for (const part of ["package.json", "proto"]) {
    const path = join(PROTOCOL, part);
    entries.set(path, { path, source: join(root, path), version });
  }
  return [...entries.values()];
}

/** npm puts a package beside those that need it, or nests it where two versions are needed. */
function resolve(root: string, from: string, name: string): string {
  const nested = join(from, "node_modules", name);
  return from !== root && existsSync(nested) ? nested.slice(root.length + 1) : name;
}

function nodeModulesAbove(directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules");
    if (existsSync(join(candidate, PROTOCOL))) return candidate;
    if (folder === dirname(folder)) throw new Error(`no node_modules above ${directory} holds ${PROTOCOL}`);
  }
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}
