import { createInterface } from "node:readline/promises";
import {
  actorOf,
  type Drift,
  deploy as deployTo,
  EnvironmentStack,
  findDrift,
  StackFile,
  undoDrift,
} from "../delivery/index.ts";
import { PatchbayError, type Problem } from "../model/index.ts";
import { showProgress } from "../toolchain/index.ts";
import { described, driftSource } from "./drift.ts";
import { stoppingEngine } from "./interruption.ts";
import { outcomeText } from "./outcome.ts";
import type { Project } from "./project.ts";
import { currentSession, type Session } from "./session.ts";
import { summarise } from "./summarise.ts";
import { heading, terminal } from "./terminal.ts";

export interface DeployOptions {
  readonly project: Project;
  readonly environment: string;
  readonly message?: string | undefined;
  /** Without asking. */
  readonly yes: boolean;
  /** Puts back what was changed by hand. */
  readonly mend: boolean;
}

/** Preview, update, verification; and the way back where that fails. */
export async function deploy({ project, environment, message, yes, mend }: DeployOptions): Promise<void> {
  const file = StackFile.of(project.directory, environment);
  if (!yes && !process.stdin.isTTY) throw new PatchbayError([unasked]);
  const session = await currentSession({ project, progress: showProgress(process.stderr) });
  if (session.embedded !== undefined && session.embedded.state !== "running") throw new PatchbayError([stoppedCluster]);
  const stack = await EnvironmentStack.open(environment, session);

  const outcome = await stoppingEngine(async ({ signal, wasAsked }) =>
    deployTo({
      stack,
      context: session,
      project: project.name,
      file,
      actor: actorOf(project.directory),
      message,
      mending: mend ? await mending(environment, session) : undefined,
      output: terminal(),
      signal,
      wasAsked,
      confirm: () => (yes ? Promise.resolve(true) : confirmed(environment)),
      onStep: (step) => {
        heading(`${step === "preview" ? "Preview" : "Update"} of ${environment}`);
      },
      onReturn: (deployment) => {
        heading(`Return of ${environment} to deployment ${String(deployment)}`);
      },
    }),
  );
  if (outcome.kind === "updated" || outcome.kind === "unchanged") {
    const { after } = await stack.declared();
    await summarise(stack, session, after, outcome.kind === "updated" ? "updated" : "nothing changed");
    return;
  }
  process.stdout.write(`\n${outcomeText(environment, outcome)}\n`);
  process.exitCode = 1;
}

/** Shows what was changed by hand, and says how to put it back; nothing where there is nothing. */
async function mending(
  environment: string,
  session: Session,
): Promise<{ drift: readonly Drift[]; undo: () => Promise<void> } | undefined> {
  const source = await driftSource(environment, session);
  const drift = await findDrift(source);
  heading(`Drift of ${environment}`);
  process.stdout.write(`${described(environment, drift)}\n`);
  return drift.length === 0 ? undefined : { drift, undo: () => undoDrift(source) };
}

async function confirmed(environment: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`\nUpdate ${environment}? (y/N) `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

const unasked: Problem = {
  code: "usage",
  file: "patchbay deploy",
  path: "",
  found: "no terminal to ask whether to go on",
  expected: "--yes",
  remedy: "add --yes; pulumi preview shows what would change",
};

const stoppedCluster: Problem = {
  code: "tool-missing",
  file: "embedded cluster",
  path: "",
  found: "it does not run",
  expected: "a cluster to deploy to",
  remedy: "npm start, or npm start -- --context NAME for a cluster of your own",
};
