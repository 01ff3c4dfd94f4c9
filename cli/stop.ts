import { showProgress, stopCluster } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { choose, clusterDirectory } from "./session.ts";

/** Ends the embedded cluster, and forgets a context that was chosen instead of it. */
export async function stop(project: Project): Promise<void> {
  choose(project, undefined);
  await showProgress().step({ title: "Stopping the embedded cluster" }, () => stopCluster(clusterDirectory(project)));
}
