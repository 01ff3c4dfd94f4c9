import { existsSync, readFileSync } from "node:fs";
import { runCommand } from "../../command.ts";
import { ToolchainError } from "../../errors.ts";
import type { ClusterLayout } from "../layout.ts";
import { type ClusterNetwork, isTaken, machineRoutes } from "../network.ts";
import type { ClusterSetup } from "../setup.ts";
import { cgroupOf } from "./cgroups.ts";

/** Joins the machine's network to the sandbox's; the machine reaches the cluster's addresses through it, and nothing else. */
export async function createLink(sandboxPid: number, { layout, network }: ClusterSetup): Promise<void> {
  if (isTaken(network.block, machineRoutes())) throw rangeTaken(network);
  const name = linkName(network.block);
  const steps = [
    ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", String(sandboxPid)],
    ["link", "set", name, "alias", owner(layout), "up"],
    ["address", "add", `${network.host}/30`, "dev", name],
    ["route", "add", network.range, "via", network.node, "dev", name],
  ];
  for (const step of steps) await ip(step);
}

/** Removes the cluster's link at once; left to itself, it goes some moments after its sandbox. */
export async function removeLink(block: number, layout: ClusterLayout): Promise<void> {
  const name = linkName(block);
  if (readAlias(name) !== owner(layout)) return;
  await runCommand("ip", ["link", "delete", name]); // the kernel may be faster: then there is nothing to delete
}

function linkName(block: number): string {
  return `patchbay${block}`;
}

/** Written on the link, so that nobody removes another cluster's. */
function owner(layout: ClusterLayout): string {
  return cgroupOf(layout);
}

function readAlias(name: string): string | undefined {
  const file = `/sys/class/net/${name}/ifalias`;
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

async function ip(args: readonly string[]): Promise<void> {
  const { status, tail } = await runCommand("ip", args);
  if (status === 0) return;
  throw new ToolchainError({
    code: "network-failed",
    problem: "The embedded cluster's node cannot be joined to this machine's network",
    found: `ip ${args.join(" ")}: ${tail.replaceAll("\n", " / ")}`,
    expected: "root with the right to change interfaces and routes",
    remedy: "set PATCHBAY_NODE=simulated to do without real containers",
  });
}

function rangeTaken(network: ClusterNetwork): ToolchainError {
  return new ToolchainError({
    code: "network-taken",
    problem: "The embedded cluster's addresses are in use",
    found: `a route to ${network.range} or a part of it (ip route)`,
    expected: "no other network there: the cluster's services keep their addresses over a restart",
    remedy:
      "end the other network or cluster; or delete the cluster's folder, and a new cluster chooses other addresses",
  });
}
