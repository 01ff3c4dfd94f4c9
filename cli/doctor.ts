import { type Finding, findings } from "../delivery/diagnosis.ts";
import { showProgress } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { currentSession } from "./session.ts";

/** Prints what is wrong with an environment, or with all of them, and what to do; exit status 1 where something is. */
export async function doctor(project: Project, environment?: string): Promise<void> {
  const session = await currentSession({ project, progress: showProgress(process.stderr) });
  const found = await findings(project.name, session, environment);
  process.stdout.write(
    found.length === 0 ? "Nothing is wrong: no lock, no unfinished update.\n" : `${found.map(describe).join("\n\n")}\n`,
  );
  if (found.length > 0) process.exitCode = 1;
}

function describe({ place, found, remedy }: Finding): string {
  return [
    place,
    `  found   ${found}`,
    ...remedy.map((step, index) => `  ${index === 0 ? "remedy" : "      "}  ${step}`),
  ].join("\n");
}
