import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import semver from "semver";
import type { Cache } from "../cache.ts";
import { runCommand } from "../command.ts";
import { suitablePulumi } from "../versions.ts";
import { findExecutable, isExecutable } from "./executables.ts";

/** The user's own `pulumi`, or why there is none that suits. */
export type PulumiOnPath = { readonly pulumi: string } | { readonly rejected: string };

const VERSION_TIMEOUT_SECONDS = 20;
const LANGUAGE_HOST = "pulumi-language-nodejs";

/** Looks for a `pulumi` that is not ours: a shell that has read `npm run env` has ours on its PATH. */
export async function pulumiOnPath(cache: Cache, environment: NodeJS.ProcessEnv): Promise<PulumiOnPath> {
  const ours = dirname(cache.directory) + sep;
  const isOurs = (folder: string) => `${folder}${sep}`.startsWith(ours);
  const pulumi = findExecutable("pulumi", environment["PATH"], isOurs);
  if (!pulumi) return { rejected: "no pulumi on the PATH" };
  const beside = join(dirname(realpathSync(pulumi)), LANGUAGE_HOST);
  if (!isExecutable(beside) && !findExecutable(LANGUAGE_HOST, environment["PATH"], isOurs)) {
    return { rejected: `${pulumi} without ${LANGUAGE_HOST}` };
  }
  const version = await versionOf(pulumi, join(cache.directory, "pulumi-on-path.json"));
  return suits(version) ? { pulumi } : { rejected: `${pulumi} ${version || "of unknown version"}` };
}

export function suits(version: string): boolean {
  const parsed = semver.coerce(version);
  return parsed !== null && semver.satisfies(parsed, suitablePulumi);
}

/** Asking a Go program of 100 MB for its version takes long enough to remember the answer. */
async function versionOf(pulumi: string, memory: string): Promise<string> {
  const { mtimeMs, size } = statSync(pulumi);
  const subject = `${pulumi} ${size} ${mtimeMs}`;
  const remembered = readMemory(memory);
  if (remembered?.subject === subject) return remembered.version;
  const { stdout } = await runCommand(pulumi, ["version"], { timeoutSeconds: VERSION_TIMEOUT_SECONDS });
  const version = stdout.trim();
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify({ subject, version }));
  return version;
}

function readMemory(file: string): { subject: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { subject: string; version: string };
  } catch {
    return undefined; // not asked yet, or half written: asking again is right in both cases
  }
}
