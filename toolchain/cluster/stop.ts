import { existsSync } from "node:fs";
import { withLock } from "../lock.mjs";
import { isRunning } from "../process-identity.mjs";
import { layoutOf } from "./layout.ts";
import { readRecord } from "./processes.ts";
import { shutDown } from "./shutdown.ts";

/**
 * Stops the cluster of a folder, and returns when the last of its processes has ended. Its data stay.
 *
 * @returns whether any of it ran
 */
export async function stopCluster(directory: string): Promise<boolean> {
  const layout = layoutOf(directory);
  if (!existsSync(layout.directory)) return false;
  return withLock(layout.lock, async () => {
    const ran = Object.values(readRecord(layout)).some(isRunning);
    await shutDown(layout);
    return ran;
  });
}
