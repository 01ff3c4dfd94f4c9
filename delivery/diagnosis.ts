import { type Lock, locksOf } from "./locks.ts";
import { type EngineContext, EnvironmentStack } from "./stack.ts";
import { type UnfinishedOperation, unfinishedOperations } from "./unfinished.ts";

/** Something that is wrong, and the steps that mend it. */
export interface Finding {
  readonly place: string;
  readonly found: string;
  readonly remedy: readonly string[];
}

/** What hinders the next update of an environment, or of all that the backend knows. */
export async function findings(project: string, context: EngineContext, environment?: string): Promise<Finding[]> {
  const existing = await EnvironmentStack.names(context);
  const names = environment === undefined ? existing : existing.filter((name) => name === environment);
  const lists = await Promise.all(names.map((name) => findingsOf(project, name, context)));
  return lists.flat();
}

async function findingsOf(project: string, name: string, context: EngineContext): Promise<Finding[]> {
  const locks = locksOf(context.environment.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL, project, name) ?? [];
  const stack = await EnvironmentStack.open(name, context);
  const unfinished = unfinishedOperations(await stack.state());
  const held = locks.filter(({ alive }) => alive !== false);
  return [
    ...locks.map((lock) => lockFinding(name, lock)),
    // While an update runs, its operations are begun and not ended: nothing is wrong with that.
    ...(unfinished.length > 0 && held.length === 0 ? [unfinishedFinding(name, unfinished)] : []),
  ];
}

function lockFinding(name: string, { pid, user, host, since, alive }: Lock): Finding {
  const holder = `process ${String(pid)} of ${user} on ${host}, since ${since}`;
  if (alive === true)
    return {
      place: name,
      found: `an update is running: ${holder}`,
      remedy: ["wait for it, or end it with Ctrl-C where it runs"],
    };
  const cancel = `pulumi cancel --yes -s ${name}`;
  if (alive === false)
    return {
      place: name,
      found: `a lock left behind by an update that died: ${holder}`,
      remedy: [cancel, `pulumi up -s ${name}`],
    };
  return {
    place: name,
    found: `a lock of another machine: ${holder}`,
    remedy: [`see there whether it still runs; only if not: ${cancel}`],
  };
}

function unfinishedFinding(name: string, operations: readonly UnfinishedOperation[]): Finding {
  return {
    place: name,
    found: `an update that died while ${operations.map(({ operation, urn }) => `${operation} ${urn.split("::").at(-1) ?? urn}`).join(", ")}`,
    remedy: [
      `pulumi up -s ${name}`,
      "(it takes up what was begun; objects that had been created are kept and updated)",
    ],
  };
}
