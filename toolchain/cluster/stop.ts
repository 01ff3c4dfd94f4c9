import { existsSync } from "node:fs";
import { withLock } from "../lock.mjs";
import { layoutOf } from "./layout.ts";
import { isAlive, readRecord, stopPrograms } from "./processes.ts";
import { programNames } from "./programs.ts";

/**
 * Stops the cluster of a folder, and returns when the last of its processes has ended. Its data stay.
 *
 * @returns whether any of it ran
 */
export async function stopCluster(directory: string): Promise<boolean> {
  const layout = layoutOf(directory);
  if (!existsSync(layout.directory)) return false;
  return withLock(layout.lock, async () => {
    const record = readRecord(layout);
    const ran = programNames.some((name) => isAlive(name, record));
    await stopPrograms(layout);
    return ran;
  });
}
