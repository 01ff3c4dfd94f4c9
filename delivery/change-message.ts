import { canonicalJson } from "../model/index.ts";
import type { Declared } from "../record/index.ts";

/**
 * Says in one line what an update changes, for the stack's history: `payment-gateway 2.4.0 -> 2.4.1`.
 * What stands in no history (credentials, the catalog's files) is not told apart.
 *
 * @param before What the last successful update declared, if there was one.
 */
export function changeMessage(before: Declared | undefined, after: Declared): string {
  const parts = [...pluginChanges(before?.plugins ?? {}, after.plugins)];
  if (before !== undefined && differ(before.environment, after.environment)) parts.push("environment changed");
  return parts.length === 0 ? "credentials, a release in development, or Patchbay itself changed" : parts.join(", ");
}

function pluginChanges(before: Declared["plugins"], after: Declared["plugins"]): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, current] = [before[name], after[name]];
    if (old === undefined && current !== undefined) return [`${name} ${current.release} added`];
    if (old !== undefined && current === undefined) return [`${name} ${old.release} removed`];
    if (old === undefined || current === undefined) return [];
    if (old.release !== current.release) return [`${name} ${old.release} -> ${current.release}`];
    // A digest comes and goes with the stage's rules; the release is the same.
    return differ(withoutDigest(old.rest), withoutDigest(current.rest))
      ? [`${name} ${current.release} reconfigured`]
      : [];
  });
}

function withoutDigest(rest: unknown): unknown {
  return { ...(rest as Record<string, unknown>), digest: null };
}

function differ(a: unknown, b: unknown): boolean {
  return canonicalJson(a) !== canonicalJson(b);
}
