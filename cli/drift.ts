import {
  type ChangedField,
  type Drift,
  type DriftSource,
  EnvironmentStack,
  findDrift,
  StackFile,
} from "../delivery/index.ts";
import { showProgress } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import { currentSession, type Session } from "./session.ts";

/** Prints what somebody changed by hand; exit status 1 where there is something. */
export async function drift(
  project: Project,
  environment: string,
  { json }: { readonly json: boolean },
): Promise<void> {
  StackFile.of(project.directory, environment);
  const session = await currentSession({ project, progress: showProgress(process.stderr) });
  const found = await findDrift(await driftSource(environment, session));
  process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : `${described(environment, found)}\n`);
  if (found.length > 0) process.exitCode = 1;
}

/** Where to look for drift: the state of the last update, and the cluster that it went to. */
export async function driftSource(environment: string, session: Session): Promise<DriftSource> {
  const stack = await EnvironmentStack.open(environment, session);
  const [state, { before }] = await Promise.all([EnvironmentStack.state(environment, session), stack.declared()]);
  const target = (before?.environment as { readonly target?: { readonly context?: string } } | undefined)?.target;
  return { state, kubeconfig: session.kubeconfig, context: target?.context };
}

/** Each object and its fields; what to do comes last. */
export function described(environment: string, drift: readonly Drift[]): string {
  if (drift.length === 0) return `${environment}: everything is as the last update left it.`;
  const blocks = drift.map(({ kind, name, namespace, what, fields }) =>
    [`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}: ${verbs[what]}`, ...fields.flatMap(lines)].join(
      "\n",
    ),
  );
  return [...blocks, `Put it back    npx patchbay deploy ${environment} --mend`].join("\n\n");
}

const verbs: Readonly<Record<Drift["what"], string>> = {
  deleted: "deleted",
  replaced: "deleted, and made anew by somebody",
  changed: "changed",
};

function lines({ path, declared, live }: ChangedField): string[] {
  return [`  ${path}`, `    declared  ${shown(declared)}`, `    live      ${shown(live)}`];
}

const longestShown = 200;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
