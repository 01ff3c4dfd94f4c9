import { setTimeout as delay } from "node:timers/promises";
import { ApiException, AppsV1Api } from "@kubernetes/client-node";
import { type Connection, kubeConfig } from "./connection.ts";
import { patiently } from "./patience.ts";
import { type Named, readRollout, type WorkloadKind, type WorkloadObject } from "./workload.ts";

/** Pause between looks, in milliseconds. Pods take seconds to stop. */
const pause = 500;

/**
 * Waits until a workload that is being deleted has gone with its pods. Server-side apply would write to the one that is going,
 * and the new one would go with it.
 */
export async function waitUntilGone(
  connection: Connection,
  kind: WorkloadKind,
  at: Named,
  report: (line: string) => void,
): Promise<void> {
  const config = kubeConfig(connection);
  const read = (): Promise<WorkloadObject> =>
    kind === "Rollout" ? readRollout(config, at) : config.makeApiClient(AppsV1Api).readNamespacedDeployment(at);
  for (let told = false; ; told = true) {
    const former = await patiently(`${kind} ${at.namespace}/${at.name}`, () => read().catch(unlessAbsent));
    if (former?.metadata?.deletionTimestamp === undefined) return;
    if (!told) report(`${at.name}: waiting until the ${kind} that was deleted before has gone`);
    await delay(pause);
  }
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof ApiException && error.code === 404) return undefined;
  throw error;
}
