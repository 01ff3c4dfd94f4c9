import { canonicalJson, sha256 } from "../digest.ts";
import type { Problem } from "../problem.ts";
import type { Documents, Draft } from "./draft.ts";

/** Plugins that are placed otherwise than their holds allow. A hold of a plugin that is not there holds nothing back. */
export function holdProblems({ file, holds, placements }: Draft, { plugins }: Documents): Problem[] {
  return Object.entries(holds.sound).flatMap(([name, hold]) => {
    const placement = placements.sound[name];
    if (placement === undefined) return [];
    const entry = `patchbay:holds.${name}`;
    const problem = (key: string, found: string, expected: string): Problem => ({
      code: "plugin-held",
      file,
      path: `patchbay:plugins.${name}${key}`,
      found,
      expected: `${expected}: held since ${hold.since} by ${hold.by}, as ${hold.refused} failed (${hold.reason})`,
      remedy: `mend what failed and remove ${entry}, or go back to what it holds`,
    });
    if (placement.release !== hold.release)
      return [problem(".release", `${name} ${placement.release}`, hold.release ?? `no ${name}`)];
    return hold.settings === undefined || hold.settings === settingsDigest(entryOf(plugins, name))
      ? []
      : [problem("", "other settings", `the settings at which ${name} ${hold.release} is held`)];
  });
}

/**
 * Digest of a plugin's settings: its entry of `patchbay:plugins` as it stands there, without release and digest. Defaults do not
 * count, so that a new version of Patchbay breaks no hold.
 */
export function settingsDigest(entry: unknown): string {
  const settings = Object.entries(entry ?? {}).filter(([key]) => key !== "release" && key !== "digest");
  return sha256(canonicalJson(Object.fromEntries(settings)));
}

function entryOf(plugins: unknown, name: string): unknown {
  return (plugins as Readonly<Record<string, unknown>> | undefined)?.[name];
}
