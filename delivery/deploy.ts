import { PatchbayError } from "../model/index.ts";
import { trailer, withTrailers } from "../record/index.ts";
import { changeMessage } from "./change-message.ts";
import type { Drift } from "./drift/drift.ts";
import { overheard, whyFailed } from "./failure.ts";
import { type FailedUpdate, type Return, rollBack } from "./rollback.ts";

export interface DeployArgs extends Omit<FailedUpdate, "heard"> {
  /** Where what was changed by hand is to be put back first; it stays, if absent. */
  readonly mending: { readonly drift: readonly Drift[]; readonly undo: () => Promise<void> } | undefined;
  /** Says for the stack's history what the update is for; what it changes, if absent. */
  readonly message: string | undefined;
  /** Called before each step of the engine. */
  readonly onStep: (step: "preview" | "update") => void;
  /** Whether to go on with what the preview, or the list of what was changed by hand, showed. */
  readonly confirm: () => Promise<boolean>;
  /** Whether the user has asked for the end. */
  readonly wasAsked: () => boolean;
}

/** What came of it. */
export type Outcome =
  | { readonly kind: "unchanged" }
  | { readonly kind: "updated" }
  | { readonly kind: "declined" }
  | { readonly kind: "stopped" }
  | ({ readonly why: readonly string[] } & (Return | NotReturned));

/** The way back could not be gone: what hindered it. */
interface NotReturned {
  readonly kind: "not-returned";
  readonly hindrance: string;
}

/**
 * Brings an environment to what its file declares: preview, update, verification (which is part of the update). An update that fails is
 * taken back. One that the user stops is not, nor one that never began.
 *
 * @throws PatchbayError where the preview fails, or where another update holds the state.
 */
export async function deploy(args: DeployArgs): Promise<Outcome> {
  const { stack, signal, wasAsked, mending } = args;
  if (mending !== undefined) {
    if (!(await args.confirm())) return { kind: "declined" };
    // Before the preview, which fails where somebody else has taken a field over.
    await mending.undo();
  }
  args.onStep("preview");
  const { any } = await stack.preview(args.output, signal);
  if (wasAsked()) return { kind: "stopped" };
  if (mending === undefined) {
    if (!any) return { kind: "unchanged" };
    if (!(await args.confirm())) return { kind: "declined" };
  }
  return update(args, any);
}

async function update(args: DeployArgs, declaresChange: boolean): Promise<Outcome> {
  const { stack, signal, mending } = args;
  const message = await messageOf(args, declaresChange);
  args.onStep("update");
  const output = overheard(args.output);
  try {
    await (mending === undefined ? stack.up(message, output, signal) : stack.mend(message, output, signal));
    return { kind: "updated" };
  } catch (error) {
    if (!(error instanceof PatchbayError) || error.problems.some(({ code }) => code === "state-locked")) throw error;
    if (args.wasAsked()) return { kind: "stopped" };
    return takeBack({ ...args, heard: output.heard() });
  }
}

async function takeBack(update: FailedUpdate): Promise<Outcome> {
  const why = whyFailed(update.heard);
  try {
    return { why, ...(await rollBack(update)) };
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { why, kind: "not-returned", hindrance: error.message };
  }
}

async function messageOf({ stack, message, actor, mending }: DeployArgs, declaresChange: boolean): Promise<string> {
  const { before, after } = await stack.declared();
  const change = after === undefined ? "update" : changeMessage(before, after);
  const mended = mending?.drift.map(({ kind, name }) => `${kind} ${name}`).join(", ") ?? "";
  const text = message ?? (declaresChange ? change : `put back what was changed by hand: ${mended}`);
  return withTrailers(text, { [trailer.actor]: actor, ...(mended !== "" && { [trailer.mends]: mended }) });
}
