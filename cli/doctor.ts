import { type Finding, findings } from "../delivery/diagnosis.ts";
import { clusterStatus, showProgress } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { clusterDirectory, currentSession, type Session } from "./session.ts";

/** Prints what is wrong with an environment, or with all of them, and what to do; exit status 1 where something is. */
export async function doctor(project: Project, environment?: string): Promise<void> {
  const session = await currentSession({ project, progress: showProgress(process.stderr) });
  const found = [...clusterFindings(project, session), ...(await findings(project.name, session, environment))];
  process.stdout.write(
    found.length === 0
      ? "Nothing is wrong: the cluster runs, there is no lock and no unfinished update.\n"
      : `${found.map(describe).join("\n\n")}\n`,
  );
  if (found.length > 0) process.exitCode = 1;
}

/** A cluster of the user's is theirs to look after. */
function clusterFindings(project: Project, { context }: Session): Finding[] {
  if (context !== undefined) return [];
  const { state } = clusterStatus(clusterDirectory(project));
  if (state === "running") return [];
  return [
    {
      place: "embedded cluster",
      found: state === "stopped" ? "it does not run" : "only some of its programs run",
      remedy: ["npm start"],
    },
  ];
}

function describe({ place, found, remedy }: Finding): string {
  return [
    place,
    `  found   ${found}`,
    ...remedy.map((step, index) => `  ${index === 0 ? "remedy" : "      "}  ${step}`),
  ].join("\n");
}
