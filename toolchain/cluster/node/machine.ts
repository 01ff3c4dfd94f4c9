import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "../../command.ts";
import { findExecutable } from "../../provision/executables.ts";

/** As much of a machine as decides whether containers can run on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  has(program: string): boolean;
  /** Folder of the CNI plugins, if there is one that has ours. */
  readonly cniPlugins: string | undefined;
  readonly cgroupsAreWritable: boolean;
  /** What a try to make namespaces and mounts said; undefined where it went well. */
  trySandbox(): Promise<string | undefined>;
  /** What `containerd --version` prints. */
  containerdVersion(): Promise<string>;
}

const ADMINISTRATORS_PATH = "/usr/local/sbin:/usr/sbin:/sbin";
const CNI_FOLDERS = ["/usr/lib/cni", "/opt/cni/bin"];
const CNI_PLUGINS = ["ptp", "host-local", "loopback"];
const OVERLAY_FILE_SYSTEM = 0x79_4c_76_30;

export function thisMachine(environment: NodeJS.ProcessEnv): Machine {
  const path = `${environment["PATH"] ?? ""}:${ADMINISTRATORS_PATH}`;
  return {
    platform: process.platform,
    isRoot: process.geteuid?.() === 0,
    has: (program) => findExecutable(program, path) !== undefined,
    cniPlugins: CNI_FOLDERS.find((folder) => CNI_PLUGINS.every((plugin) => existsSync(join(folder, plugin)))),
    cgroupsAreWritable: isWritable("/sys/fs/cgroup"),
    trySandbox: async () => {
      const args = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "tmpfs", "/run"];
      const { status, tail } = await runCommand("unshare", args);
      return status === 0 ? undefined : tail.replaceAll("\n", " / ");
    },
    containerdVersion: async () => (await runCommand("containerd", ["--version"])).stdout,
  };
}

/** The snapshotter that works on a folder's file system; the folder need not exist yet. */
export function snapshotterFor(folder: string): "overlayfs" | "native" {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  return statfsSync(existing).type === OVERLAY_FILE_SYSTEM ? "native" : "overlayfs";
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // missing, or mounted read-only
  }
}
