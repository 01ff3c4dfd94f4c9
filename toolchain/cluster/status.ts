import { registryAddress } from "./bring-up.ts";
import { CONTEXT, serverUrl } from "./kubeconfig.ts";
import { layoutOf } from "./layout.ts";
import type { NodeChoice } from "./node/choice.ts";
import { isAlive, readRecord } from "./processes.ts";
import { programsOf } from "./programs.ts";
import { readSettings } from "./settings.ts";

/** What is known of a cluster without asking it. */
export interface ClusterStatus {
  /** `partly` means that some of its programs have ended; starting it repairs that. */
  readonly state: "running" | "partly" | "stopped";
  readonly programs: readonly { readonly name: string; readonly pid: number | undefined; readonly running: boolean }[];
  readonly kubeconfig: string;
  readonly context: string;
  /** Undefined where the cluster was never started, as are the two below. */
  readonly server: string | undefined;
  readonly node: NodeChoice | undefined;
  /** `127.0.0.1:<port>`; undefined where the nodes are simulated, too. */
  readonly registry: string | undefined;
  readonly logs: string;
}

export function clusterStatus(directory: string): ClusterStatus {
  const layout = layoutOf(directory);
  const record = readRecord(layout);
  const settings = readSettings(layout);
  const programs = programsOf(settings?.node.kind ?? "simulated").map((name) => ({
    name,
    pid: record[name]?.pid,
    running: isAlive(name, record),
  }));
  const running = programs.filter((program) => program.running).length;
  return {
    state: running === programs.length ? "running" : running === 0 ? "stopped" : "partly",
    programs,
    kubeconfig: layout.kubeconfig,
    context: CONTEXT,
    server: settings && serverUrl(settings.port),
    node: settings?.node,
    registry: settings?.node.kind === "real" ? registryAddress(settings) : undefined,
    logs: layout.logs,
  };
}
