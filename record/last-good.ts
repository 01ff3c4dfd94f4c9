import { type Entry, entryOf, touched } from "./entry.ts";

/** Where a history stands, seen from its newest entry. */
export interface Standing {
  /** The newest entry's number: entries count from 1, oldest first. */
  readonly newest: number;
  /** The last update that succeeded, unless there was none, or a destroy has come since. */
  readonly lastGood: { readonly number: number; readonly entry: Entry } | undefined;
  /** Whether an update since then did anything to a resource. */
  readonly touchedSince: boolean;
}

/**
 * Looks for the last good state. A rollback that succeeded counts, one that failed does not: both are updates like any other.
 *
 * @param history All entries of `pulumi stack history --json`, newest first.
 */
export function standingOf(history: readonly unknown[]): Standing {
  let touchedSince = false;
  for (const [index, data] of history.entries()) {
    const entry = entryOf(data);
    if (entry?.result === "succeeded" && entry.kind === "destroy") break;
    if (entry?.result === "succeeded" && entry.kind === "update")
      return { newest: history.length, lastGood: { number: history.length - index, entry }, touchedSince };
    // What cannot be read may have done anything.
    touchedSince ||= entry === undefined || touched(entry);
  }
  return { newest: history.length, lastGood: undefined, touchedSince };
}
