import { rmSync } from "node:fs";
import { showProgress, stopCluster } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { chosenKubeconfig, clusterDirectory } from "./session.ts";

/** Ends the embedded cluster, and forgets a context that was chosen instead of it. */
export async function stop(project: Project): Promise<void> {
  rmSync(chosenKubeconfig(project), { force: true });
  await showProgress().step({ title: "Stopping the embedded cluster" }, () => stopCluster(clusterDirectory(project)));
}
