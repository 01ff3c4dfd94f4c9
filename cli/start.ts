import { changeMessage, EnvironmentStack } from "../delivery/index.ts";
import { PatchbayError, type Problem } from "../model/index.ts";
import { type NodeKind, showProgress } from "../toolchain/index.ts";
import { stoppingEngine } from "./interruption.ts";
import type { Project } from "./project.ts";
import { startServices } from "./services.ts";
import { openSession } from "./session.ts";
import { summarise } from "./summarise.ts";
import { heading, terminal } from "./terminal.ts";

export interface StartOptions {
  readonly project: Project;
  readonly environment: string;
  readonly context?: string | undefined;
  readonly node?: NodeKind | undefined;
}

/** The main job: an engine, a cluster, the preview's diff, what the plugins are bound to, the update, and what came of it. */
export async function start({ project, environment, context, node }: StartOptions): Promise<void> {
  const progress = showProgress();
  const session = await openSession({ project, context, node, progress });
  const stack = await EnvironmentStack.open(environment, session);
  const output = terminal();

  const { declared, changed } = await stoppingEngine(async ({ signal, asked, wasAsked }) => {
    const goOn = () => {
      if (wasAsked()) throw new PatchbayError([stopped(environment)]);
    };
    heading(`Preview of ${environment}`);
    const changes = await stack.preview(output, signal).finally(goOn);
    const { before, after } = await stack.declared();
    const services = { stack, declared: after, kubeconfig: session.kubeconfig, node: session.node };
    await startServices({ project, ...services, progress, signal: asked }).finally(goOn);
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
    found: "Ctrl-C before the update",
    expected: "an update",
    remedy: "nothing was changed; run it again to go on",
  };
}
