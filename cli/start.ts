import { changeMessage, EnvironmentStack, type Output, pluginStatuses } from "../delivery/index.ts";
import type { Declared } from "../record/index.ts";
import { showProgress } from "../toolchain/index.ts";
import { calmed } from "./engine-output.ts";
import type { Project } from "./project.ts";
import { openSession, type Session } from "./session.ts";
import { summary } from "./summary.ts";

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

  heading(`Preview of ${environment}`);
  const planned = await stack.preview(output).finally(output.end);
  const { before, after } = await stack.declared();
  if (planned.any) {
    heading(`Update of ${environment}`);
    await stack.up(after === undefined ? "update" : changeMessage(before, after), output).finally(output.end);
  }
  await summarise(stack, session, after, planned.any);
}

async function summarise(
  stack: EnvironmentStack,
  session: Session,
  declared: Declared | undefined,
  changed: boolean,
): Promise<void> {
  const environment = stack.name;
  const { kubeconfig, simulated } = session;
  const namespace =
    (declared?.environment as { target: { namespace: string } } | undefined)?.target.namespace ?? environment;
  const statuses = await pluginStatuses({ kubeconfig, namespace });
  heading(`${environment}: ${changed ? "updated" : "nothing changed"}`);
  process.stdout.write(summary({ environment, namespace, statuses, simulated, plugins: await stack.wiring() }));
}

function heading(text: string): void {
  process.stdout.write(`\n${text}\n${"-".repeat(text.length)}\n`);
}

function terminal(): Output & { end: () => void } {
  const { write, end } = calmed((text) => {
    process.stdout.write(text);
  });
  return { colour: process.stdout.isTTY, write, end };
}
