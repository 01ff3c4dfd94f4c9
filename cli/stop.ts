import { clusterStatus, type Progress, showProgress, stopCluster } from "../toolchain/index.ts";
import { clusterDirectories, forgetContext } from "./folders.ts";
import type { Project } from "./project.ts";

/** Ends the embedded cluster, and forgets a context that was chosen instead of it. */
export async function stop(project: Project): Promise<void> {
  forgetContext(project);
  const ran = await stopEmbedded(project, showProgress());
  if (!ran) process.stderr.write("The embedded cluster is not running.\n");
}

/**
 * Ends every embedded cluster of a project but one: of those there are, one runs at a time.
 *
 * @returns whether any of them ran
 */
export async function stopEmbedded(
  project: Project,
  progress: Progress,
  { but }: { readonly but?: string } = {},
): Promise<boolean> {
  let ran = false;
  for (const directory of clusterDirectories(project).filter((other) => other !== but)) {
    const { state, node } = clusterStatus(directory);
    const title = `stop the embedded cluster with ${node?.kind === "real" ? "a real node" : "simulated nodes"}`;
    // One that does not run may have left something behind in a crash.
    const stopping = () => stopCluster(directory);
    await (state === "stopped" ? stopping() : progress.step({ title }, stopping));
    ran ||= state !== "stopped";
  }
  return ran;
}
