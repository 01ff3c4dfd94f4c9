import { showProgress } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { currentSession } from "./session.ts";

/** Prints shell exports, and nothing else, on standard output. */
export async function printEnvironment(project: Project): Promise<void> {
  const { variables } = await currentSession({ project, progress: showProgress(process.stderr) });
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${quoted(value)}\n`);
}

/** A value as one word of a POSIX shell. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
