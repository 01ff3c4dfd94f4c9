import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cacheKey } from "../cache.ts";
import type { ClusterLayout } from "./layout.ts";
import { networkOf } from "./network.ts";
import { nodeFiles } from "./node/files.ts";
import { snapshotterFor, thisMachine } from "./node/machine.ts";
import { commandOf, programsOf } from "./programs.ts";
import type { ClusterSettings } from "./settings.ts";
import type { ClusterSetup, NodeKind } from "./setup.ts";
import { STAGES } from "./simulated-nodes.ts";

type KeptSettings = Pick<ClusterSettings, "port" | "registryPort" | "block"> & {
  readonly node: { readonly kind: NodeKind };
};

/** How a cluster is set up on this machine. */
export function setupOf(layout: ClusterLayout, settings: KeptSettings, durable: boolean): ClusterSetup {
  const { port, registryPort = 0, block, node } = settings;
  const real = () => ({
    registryPort,
    cniPlugins: thisMachine(process.env).cniPlugins ?? "",
    snapshotter: snapshotterFor(layout.directory),
  });
  return { layout, port, durable, network: networkOf(block), realNode: node.kind === "real" ? real() : undefined };
}

/** Changes with everything that a running cluster cannot take over: versions, flags, files, the behaviour of its pods. */
export function setupHash(layout: ClusterLayout, kind: NodeKind, block: number, durable: boolean): string {
  // A cluster keeps its ports as long as it runs.
  const setup = setupOf(layout, { port: 0, registryPort: 0, block, node: { kind } }, durable);
  const commands = programsOf(kind).map((name) => commandOf(name, setup));
  return createHash("sha256")
    .update(JSON.stringify([cacheKey(), commands, [...nodeFiles(setup)], readFileSync(STAGES, "utf8")]))
    .digest("hex");
}
