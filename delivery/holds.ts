import { type Hold, placementsSchema, settingsDigest } from "../model/index.ts";
import type { Config } from "../record/index.ts";
import { plain } from "./config/restore.ts";

type Circumstances = Pick<Hold, "reason" | "since" | "by">;

const holdsKey = "patchbay:holds";
const pluginsKey = "patchbay:plugins";

/** Holds for each plugin whose release or settings a failed deployment had changed. One that it had removed needs none. */
export function holdsAfter(failed: Config, good: Config, circumstances: Circumstances): Readonly<Record<string, Hold>> {
  const [refused, kept] = [entries(failed), entries(good)];
  const holds = Object.entries(refused).flatMap(([name, { release, entry }]): [string, Hold][] => {
    const before = kept[name];
    const hold = { refused: release, ...circumstances };
    if (before === undefined) return [[name, hold]];
    if (before.release !== release) return [[name, { release: before.release, ...hold }]];
    const settings = settingsDigest(before.entry);
    return settings === settingsDigest(entry) ? [] : [[name, { release, settings, ...hold }]];
  });
  return Object.fromEntries(holds);
}

/** A config whose holds are those that it has, and more. */
export function withHolds(
  config: Readonly<Record<string, unknown>>,
  holds: Readonly<Record<string, Hold>>,
): Readonly<Record<string, unknown>> {
  if (Object.keys(holds).length === 0) return config;
  const present = config[holdsKey] as Readonly<Record<string, unknown>> | null | undefined;
  return { ...config, [holdsKey]: { ...present, ...holds } };
}

/** A config as far as it says what runs: holds only say what may. */
export function withoutHolds(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key !== holdsKey));
}

function entries(config: Config): Readonly<Record<string, { readonly release: string; readonly entry: unknown }>> {
  const data = plain(config[pluginsKey]);
  const placements = placementsSchema.safeParse(data).data ?? {};
  return Object.fromEntries(
    Object.entries(placements).map(([name, { release }]) => [
      name,
      { release, entry: (data as Readonly<Record<string, unknown>>)[name] },
    ]),
  );
}
