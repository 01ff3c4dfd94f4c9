import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, sep } from "node:path";
import { npmClosure } from "./npm-closure.ts";

/** The stand-ins as they lie in the cache: complete, so that the checkout they came from may go. */
export interface StandIns {
  /** Folder with an executable `pulumi-language-nodejs`; belongs on the PATH of the engine. */
  readonly languageHost: string;
  /** Folder to hand to `pulumi plugin install --file`: holds an executable `pulumi-resource-random`. */
  readonly randomProvider: string;
}

const TOOLCHAIN = join(import.meta.dirname, "..");
const SOURCES = ["language-host", "random-provider", "stand-in", "versions.ts"];
const LAUNCHERS = {
  "bin/pulumi-language-nodejs": "language-host/host.ts",
  "plugin/pulumi-resource-random": "random-provider/provider.ts",
};

/**
 * Copies the stand-ins and the npm packages they load into a folder of `directory` that is named by their content, so
 * that clones of different revisions don't take turns in overwriting it. Does nothing where they are there already.
 */
export function installStandIns(directory: string): StandIns {
  const home = join(directory, contentHash());
  const standIns = { languageHost: join(home, "bin"), randomProvider: join(home, "plugin") };
  if (existsSync(home)) return standIns;
  const draft = `${home}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  for (const source of SOURCES) cpSync(join(TOOLCHAIN, source), join(draft, source), { recursive: true });
  writeFileSync(join(draft, "package.json"), JSON.stringify({ type: "module" }));
  for (const { path, source } of npmClosure(TOOLCHAIN)) {
    cpSync(source, join(draft, "node_modules", path), { recursive: true, filter: withoutNested(source) });
  }
  for (const [launcher, entry] of Object.entries(LAUNCHERS)) {
    mkdirSync(join(draft, launcher, ".."), { recursive: true });
    writeFileSync(join(draft, launcher), launcherScript(join(home, entry)), { mode: 0o755 });
  }
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // else another process was faster
  }
  return standIns;
}

/** Where a machine's Node is too old for our sources, the project that the engine works on brings a newer one. */
function launcherScript(entry: string): string {
  return `#!/bin/sh
dir=$PWD
while [ "$dir" != "" ]; do
  if [ -x "$dir/node_modules/.bin/node" ]; then PATH="$dir/node_modules/.bin:$PATH"; break; fi
  dir=\${dir%/*}
done
exec node --disable-warning=ExperimentalWarning '${entry}' "$@"
`;
}

function contentHash(): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesOf)) hash.update(`${file}\0`).update(readFileSync(join(TOOLCHAIN, file)));
  for (const { path, version } of npmClosure(TOOLCHAIN)) hash.update(`${path}@${version}\0`);
  return hash.digest("hex").slice(0, 16);
}

function filesOf(source: string): string[] {
  if (!statSync(join(TOOLCHAIN, source)).isDirectory()) return [source];
  return readdirSync(join(TOOLCHAIN, source))
    .sort()
    .map((file) => join(source, file));
}

function withoutNested(packageDirectory: string) {
  const nested = join(packageDirectory, "node_modules") + sep;
  return (file: string) => !`${file}${sep}`.startsWith(nested);
}
