import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../command.ts";
import { ToolchainError } from "../../errors.ts";
import { namespacesOf, readRecord, recordProcess, startProgram } from "../processes.ts";
import type { ClusterSetup } from "../setup.ts";
import { until, type Waiting } from "../until.ts";
import { allowLimits, cgroupOf } from "./cgroups.ts";
import { SANDBOX_FOLDER, SCRIPTS } from "./commands.ts";
import { createLink } from "./link.ts";

/**
 * Opens the sandbox of a real node: namespaces for its network, mounts and processes. They live as long as the sandbox's
 * first process does, and with it goes all that was made in them: processes and containers, mounts, interfaces, packet filters.
 */
export async function openSandbox(binaries: string, setup: ClusterSetup, waiting: Waiting): Promise<void> {
  const { layout, network } = setup;
  startProgram("sandbox", binaries, setup);
  const parent = readRecord(layout).sandbox?.pid ?? 0;
  const first = await until(() => Promise.resolve(firstProcess(parent)), waiting);
  recordProcess("sandbox", first, layout);
  await createLink(first, setup);
  allowLimits(layout);
  const folders = [layout.directory, SANDBOX_FOLDER, binaries, layout.node.resolvConf];
  await furnish(first, [...folders, cgroupOf(layout), `${network.node}/30`, network.services, network.host]);
}

async function furnish(sandboxPid: number, args: readonly string[]): Promise<void> {
  const script = ["sh", join(SCRIPTS, "furnish.sh"), ...args];
  const { status, tail } = await runCommand("nsenter", [...namespacesOf(sandboxPid), "--", ...script]);
  if (status === 0) return;
  throw new ToolchainError({
    code: "sandbox-failed",
    problem: "The sandbox of the embedded cluster's node cannot be set up",
    found: tail.replaceAll("\n", " / "),
    expected: "root with the right to mount and to create network interfaces",
    remedy: "set PATCHBAY_NODE=simulated to do without real containers",
  });
}

/** The child of a process that is the first in a namespace of processes, once there is one. */
function firstProcess(parent: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
    const first = children.find((child) => child !== "" && isFirst(child));
    return first === undefined ? undefined : Number(first);
  } catch {
    return undefined; // it has ended, which whoever waits finds out
  }
}

function isFirst(pid: string): boolean {
  const [, ids = ""] = /^NSpid:\s+(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const [, inner] = ids.split("\t");
  return inner === "1";
}
