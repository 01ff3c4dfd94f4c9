import type { ClusterLayout } from "./layout.ts";
import { removeCgroups } from "./node/cgroups.ts";
import { removeLink } from "./node/link.ts";
import { stopPrograms } from "./processes.ts";
import { readSettings } from "./settings.ts";

/** Ends whatever runs of a cluster, or was left by a crash; the data stay. */
export async function shutDown(layout: ClusterLayout): Promise<void> {
  await stopPrograms(layout);
  const settings = readSettings(layout);
  if (settings?.node.kind !== "real") return;
  await removeLink(settings.block, layout);
  await removeCgroups(layout);
}
