import type { Hold } from "../model/index.ts";
import { type Config, declaredBy, standingOf, trailer, withTrailers } from "../record/index.ts";
import { changeMessage } from "./change-message.ts";
import { type Difference, differences } from "./config/differences.ts";
import { encryptFor } from "./config/encrypt.ts";
import { plain, restoredConfig } from "./config/restore.ts";
import { configIn, rewriteConfig } from "./config/rewrite.ts";
import type { StackFile } from "./config/stack-file.ts";
import { hasBegun, overheard, reasonOf, whyFailed, without } from "./failure.ts";
import { holdsAfter, withHolds, withoutHolds } from "./holds.ts";
import type { EngineContext, EnvironmentStack, Output } from "./stack.ts";

/** An update that failed, and what is needed to take it back. */
export interface FailedUpdate {
  readonly stack: EnvironmentStack;
  readonly context: EngineContext;
  /** Name of the Pulumi project. */
  readonly project: string;
  readonly file: StackFile;
  readonly actor: string;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Called before the engine works on the way back. */
  readonly onReturn: (to: number) => void;
  /** What the engine said of the failure. */
  readonly heard: string;
}

/** What became of a failed update. */
export type Return =
  /** Nothing was changed by it, so that there is nothing to take back. */
  | { readonly kind: "untouched" }
  /** No deployment succeeded before it. */
  | { readonly kind: "no-last-good" }
  /** The last good deployment declared the same: what failed is not in the declaration. */
  | { readonly kind: "same-declaration"; readonly lastGood: number }
  | ({ readonly kind: "returned" } & Restored)
  | ({ readonly kind: "return-failed"; readonly again: readonly string[] } & Restored);

/** What was written back into the stack's file. */
export interface Restored {
  /** Numbers in the stack's history, from 1. */
  readonly failed: number;
  readonly lastGood: number;
  readonly differences: readonly Difference[];
  readonly holds: Readonly<Record<string, Hold>>;
  /** Where the declaration that failed is kept, in the project. */
  readonly kept: string;
}

/**
 * Takes a failed update back: writes the last good declaration into the stack's file, holds what had changed, and updates. One that
 * fails as well is left as it is: nobody knows a better state.
 */
export async function rollBack(update: FailedUpdate): Promise<Return> {
  const { stack } = update;
  const { newest, lastGood, touchedSince } = standingOf(await stack.history());
  if (lastGood === undefined) return { kind: "no-last-good" };
  if (!touchedSince && !hasBegun(update.heard)) return { kind: "untouched" };
  const [now, good] = [await stack.config(), await stack.recordedConfig(lastGood.number, newest)];
  const changed = differences(withoutHolds(now), withoutHolds(good));
  if (changed.length === 0) return { kind: "same-declaration", lastGood: lastGood.number };

  const restored = {
    failed: newest,
    lastGood: lastGood.number,
    differences: changed,
    ...(await writeBack(update, now, good)),
  };
  update.onReturn(lastGood.number);
  const output = overheard(update.output);
  try {
    await stack.up(returnMessage(update, now, good, restored), output, update.signal);
    return { kind: "returned", ...restored };
  } catch (error) {
    const why = whyFailed(output.heard());
    return { kind: "return-failed", again: why.length > 0 ? why : [(error as Error).message], ...restored };
  }
}

async function writeBack(
  { stack, context, project, file, actor, heard }: FailedUpdate,
  now: Config,
  good: Config,
): Promise<Pick<Restored, "holds" | "kept">> {
  const time = new Date();
  const text = file.read();
  const config = await restoredConfig({
    project,
    file: configIn(text),
    now,
    good,
    encrypt: (secret) => encryptFor(stack.name, context, text, secret),
  });
  const holds = holdsAfter(now, good, {
    reason: without([...secretsIn(now), ...secretsIn(good)], reasonOf(whyFailed(heard))),
    since: time.toISOString(),
    by: actor.slice(0, 200),
  });
  const kept = file.keep(time);
  file.write(rewriteConfig(text, withHolds(config, holds)));
  return { holds, kept };
}

function returnMessage(
  { actor }: FailedUpdate,
  now: Config,
  good: Config,
  { failed, lastGood }: Pick<Restored, "failed" | "lastGood">,
): string {
  const [from, to] = [declaredBy(now), declaredBy(good)];
  const change = to === undefined ? "config" : changeMessage(from, to);
  return withTrailers(`roll back to deployment ${String(lastGood)}: ${change}`, {
    [trailer.rollsBack]: String(failed),
    [trailer.returnsTo]: String(lastGood),
    [trailer.actor]: actor,
  });
}

/** Every text under a key that holds a secret. */
function secretsIn(config: Config): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
  };
  return Object.values(config).flatMap((value) => (value.secret === true ? texts(plain(value)) : []));
}
