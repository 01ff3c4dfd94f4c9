import { type Finding, findings } from "../delivery/diagnosis.ts";
import { type ClusterStatus, showProgress } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { currentSession } from "./session.ts";

/** Prints what is wrong with an environment, or with all of them, and what to do; exit status 1 where something is. */
export async function doctor(project: Project, environment?: string): Promise<void> {
  const session = await currentSession({ project, progress: showProgress(process.stderr) });
  const found = [...clusterFindings(session.embedded), ...(await findings(project.name, session, environment))];
  process.stdout.write(
    found.length === 0
      ? "Nothing is wrong: the cluster runs, there is no lock and no unfinished update.\n"
      : `${found.map(describe).join("\n\n")}\n`,
  );
  if (found.length > 0) process.exitCode = 1;
}

/** What keeps an embedded cluster from doing its work; a cluster of the user's is theirs to look after. */
export function clusterFindings(cluster: ClusterStatus | undefined): Finding[] {
  if (cluster === undefined || cluster.state === "running") return [];
  const ended = cluster.programs.filter(({ running }) => !running).map(({ name }) => name);
  const found =
    cluster.state === "stopped"
      ? "it does not run"
      : `ended, while the others run: ${ended.join(", ")} (logs in ${cluster.logs})`;
  return [{ place: "embedded cluster", found, remedy: ["npm start, which starts all of it anew; its data stay"] }];
}

function describe({ place, found, remedy }: Finding): string {
  return [
    place,
    `  found   ${found}`,
    ...remedy.map((step, index) => `  ${index === 0 ? "remedy" : "      "}  ${step}`),
  ].join("\n");
}
