import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

const lockSchema = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });

/** An update that holds an environment's state, or did when it died. */
export interface Lock {
  readonly pid: number;
  readonly user: string;
  readonly host: string;
  readonly since: string;
  /** Whether its process still runs; unknown where it ran on another machine. */
  readonly alive: boolean | "unknown";
}

/**
 * Locks of a stack in a `file://` backend (Pulumi 3: `.pulumi/locks/organization/<project>/<stack>/*.json`); nothing for
 * other backends, which tell nobody but the next update.
 */
export function locksOf(backend: string | undefined, project: string, stack: string): readonly Lock[] | undefined {
  if (backend?.startsWith("file://") !== true) return undefined;
  const folder = join(folderOf(backend), ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => readLock(join(folder, file)));
}

/** Folder of a `file://` backend, which may be `file://~`, `file://./state` or absolute (Pulumi, "State and backends"). */
function folderOf(backend: string): string {
  const path = decodeURIComponent(backend.slice("file://".length).replace(/[?#].*$/, ""));
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}

function readLock(file: string): Lock[] {
  const lock = lockSchema.safeParse(parse(file)).data;
  if (lock === undefined) return [{ pid: 0, user: "unknown", host: "unknown", since: "unknown", alive: "unknown" }];
  const { pid, username, hostname: host, timestamp } = lock;
  return [{ pid, user: username, host, since: timestamp, alive: host === hostname() ? isAlive(pid) : "unknown" }];
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
