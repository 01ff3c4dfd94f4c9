import { changeMessage, EnvironmentStack, type Output, pluginStatuses } from "../delivery/index.ts";
import { PatchbayError, type Problem } from "../model/index.ts";
import type { Declared } from "../record/index.ts";
import { showProgress } from "../toolchain/index.ts";
import { calmed } from "./engine-output.ts";
import { stoppingEngine } from "./interruption.ts";
import type { Project } from "./project.ts";
import { openSession, type Session } from "./session.ts";
import { summary } from "./summary.ts";

/** Where the engine's output goes; `end` writes what has come of a last line. */
type Terminal = Output & { readonly end: () => void };

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
    const changes = await stack.preview(output, signal).finally(output.end);
    if (wasAsked()) throw new PatchbayError([stopped(environment)]);
    const { before, after } = await stack.declared();
    if (changes.any) {
      heading(`Update of ${environment}`);
      const message = after === undefined ? "update" : changeMessage(before, after);
      await stack.up(message, output, signal).finally(output.end);
    }
    return { declared: after, changed: changes.any };
  });
  await summarise(stack, session, declared, changed);
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

async function summarise(
  stack: EnvironmentStack,
  session: Session,
  declared: Declared | undefined,
  changed: boolean,
): Promise<void> {
  const environment = stack.name;
  const { kubeconfig, context } = session;
  const namespace =
    (declared?.environment as { target: { namespace: string } } | undefined)?.target.namespace ?? environment;
  const statuses = await pluginStatuses({ kubeconfig, namespace }).catch(unknownStatus);
  heading(`${environment}: ${changed ? "updated" : "nothing changed"}`);
  process.stdout.write(
    summary({ environment, namespace, statuses, simulated: context === undefined, plugins: await stack.wiring() }),
  );
}

/** The update has succeeded by then: that its outcome cannot be looked at does not make it fail. */
function unknownStatus(error: unknown): [] {
  const [said = ""] = (error as Error).message.split("\n");
  process.stderr.write(`\nThe cluster does not tell how the plugins fare: ${said}\n`);
  return [];
}

function heading(text: string): void {
  process.stdout.write(`\n${text}\n${"-".repeat(text.length)}\n`);
}

function terminal(): Terminal {
  const { write, end } = calmed((text) => {
    process.stdout.write(text);
  });
  return { colour: process.stdout.isTTY, write, end };
}
