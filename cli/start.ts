import { changeMessage, EnvironmentStack } from "../delivery/index.ts";
import { PatchbayError, type Problem } from "../model/index.ts";
import { showProgress } from "../toolchain/index.ts";
import { stoppingEngine } from "./interruption.ts";
import type { Project } from "./project.ts";
import { openSession } from "./session.ts";
import { summarise } from "./summarise.ts";
import { heading, terminal } from "./terminal.ts";

export interface StartOptions {
  readonly project: Project;
  readonly environment: string;
  readonly context?: string | undefined;
}

/** The main job: an engine, a cluster, the preview's diff, the update, and what came of it. */
export async function start({ project, environment, context }: StartOptions): Promise<void> {
  const session = await openSession({ project, context, progress: showProgress() });
  const stack = await EnvironmentStack.open(environment, session);
  const output = terminal();

  const { declared, changed } = await stoppingEngine(async ({ signal, wasAsked }) => {
    heading(`Preview of ${environment}`);
    const changes = await stack.preview(output, signal);
    if (wasAsked()) throw new PatchbayError([stopped(environment)]);
    const { before, after } = await stack.declared();
    if (changes.any) {
      heading(`Update of ${environment}`);
      const message = after === undefined ? "update" : changeMessage(before, after);
      await stack.up(message, output, signal);
    }
    return { declared: after, changed: changes.any };
  });
  await summarise(stack, session, declared, changed ? "updated" : "nothing changed");
}

function stopped(environment: string): Problem {
  return {
    code: "engine-failed",
    file: `Pulumi.${environment}.yaml`,
    path: "",
    found: "Ctrl-C after the preview",
    expected: "an update",
    remedy: "nothing was changed; run it again to go on",
  };
}
