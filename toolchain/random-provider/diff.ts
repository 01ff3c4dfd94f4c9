import { isDeepStrictEqual } from "node:util";
import type { RandomResource } from "./resources.ts";
import { isUnknown, type Properties, revealed } from "./wire.ts";

/** Names of the inputs that differ; where one was left out, its default stands. */
export function changedInputs(
  resource: Pick<RandomResource, "inputs" | "defaults">,
  change: { readonly before: Properties; readonly after: Properties; readonly ignored: readonly string[] },
): string[] {
  return resource.inputs.filter((name) => {
    if (change.ignored.includes(name)) return false;
    const after = change.after[name] ?? resource.defaults[name];
    const before = change.before[name] ?? resource.defaults[name];
    return isUnknown(after) || !isDeepStrictEqual(revealed(before), revealed(after));
  });
}
