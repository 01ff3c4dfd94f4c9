import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterLayout } from "../layout.ts";

const CGROUPS = "/sys/fs/cgroup";
/** Version 2 wants processes in the leaves of the tree only, so that the sandbox's have a group beside the containers'. */
const PROGRAMS = "programs";
const POLL_MILLISECONDS = 20;
const PATIENCE_MILLISECONDS = 5000;

/** Name of the cgroup that holds all of a cluster's sandbox. */
export function cgroupOf({ directory }: ClusterLayout): string {
  return `patchbay-${createHash("sha256").update(directory).digest("hex").slice(0, 12)}`;
}

/** Lets the containers of a new sandbox have limits where cgroups are of version 2; those of version 1 just can. */
export function allowLimits(layout: ClusterLayout): void {
  const group = join(CGROUPS, cgroupOf(layout));
  if (!existsSync(join(group, "cgroup.controllers"))) return;
  mkdirSync(join(group, PROGRAMS), { recursive: true });
  for (const pid of lines(join(group, "cgroup.procs"))) writeFileSync(join(group, PROGRAMS, "cgroup.procs"), pid);
  const controllers = lines(join(group, "cgroup.controllers")).flatMap((line) => line.split(" "));
  writeFileSync(join(group, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
}

/** Removes what an ended sandbox leaves: its cgroups, in each hierarchy of version 1 or the one of version 2. */
export async function removeCgroups(layout: ClusterLayout): Promise<void> {
  if (!existsSync(CGROUPS)) return;
  const hierarchies = readdirSync(CGROUPS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(CGROUPS, entry.name));
  for (const hierarchy of [CGROUPS, ...hierarchies]) await removeTree(join(hierarchy, cgroupOf(layout)));
}

/** Files of a cgroup go with it; only its folders can be removed. */
async function removeTree(cgroup: string): Promise<void> {
  if (!existsSync(cgroup)) return;
  for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(cgroup, entry.name));
  }
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      rmdirSync(cgroup);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || Date.now() > deadline) throw error;
      // Whatever is left was started, but not recorded before a crash.
      for (const pid of lines(join(cgroup, "cgroup.procs"))) kill(Number(pid));
      await delay(POLL_MILLISECONDS);
    }
  }
}

function lines(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return; // it ended between the two calls
  }
}
