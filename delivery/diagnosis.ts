import { PatchbayError, type Problem } from "../model/index.ts";
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
  if (environment !== undefined && !existing.includes(environment))
    throw new PatchbayError([unknown(environment, existing)]);
  const names = environment === undefined ? existing : [environment];
  const lists = await Promise.all(names.map((name) => findingsOf(project, name, context)));
  return lists.flat();
}

function unknown(environment: string, existing: readonly string[]): Problem {
  return {
    code: "usage",
    file: environment,
    path: "",
    found: "an environment that the backend does not know",
    expected: existing.length === 0 ? "an environment; there is none yet" : `one of ${existing.join(", ")}`,
    remedy: "name another, or bring it up first",
  };
}

async function findingsOf(project: string, name: string, context: EngineContext): Promise<Finding[]> {
  const locks = locksOf(context.variables.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL, project, name) ?? [];
  return judgeStack(name, locks, unfinishedOperations(await EnvironmentStack.state(name, context)));
}

/** What locks and begun operations say of a stack, and what to do: first the lock, then the state, then the update. */
export function judgeStack(
  name: string,
  locks: readonly Lock[],
  unfinished: readonly UnfinishedOperation[],
): Finding[] {
  const left = locks.filter(({ alive }) => alive === false);
  // While an update runs, its operations are begun and not ended: nothing is wrong with that.
  const running = locks.filter(({ alive }) => alive !== false).map((lock) => heldFinding(name, lock));
  if (running.length > 0 || (left.length === 0 && unfinished.length === 0)) return running;
  const found = [
    ...left.map((lock) => `a lock left behind by an update that died: ${holderOf(lock)}`),
    ...unfinished.map(
      ({ operation, urn }) => `an update that died while ${operation} ${urn.split("::").at(-1) ?? urn}`,
    ),
  ];
  const remedy = [
    ...(left.length > 0 ? [`pulumi cancel --yes -s ${name}`] : []),
    ...(unfinished.length > 0 ? [`pulumi refresh --yes --clear-pending-creates -s ${name}`] : []),
    `pulumi up -s ${name}`,
  ];
  return [{ place: name, found: found.join("; "), remedy }];
}

function holderOf({ pid, user, host, since }: Lock): string {
  return `process ${String(pid)} of ${user} on ${host}, since ${since}`;
}

function heldFinding(name: string, lock: Lock): Finding {
  if (lock.alive === true) {
    return {
      place: name,
      found: `an update is running: ${holderOf(lock)}`,
      remedy: ["wait for it, or end it with Ctrl-C where it runs"],
    };
  }
  const remedy = [
    `see there whether it still runs; only if not: pulumi cancel --yes -s ${name}`,
    `npx patchbay doctor ${name}`,
  ];
  return { place: name, found: `a lock of another machine: ${holderOf(lock)}`, remedy };
}
