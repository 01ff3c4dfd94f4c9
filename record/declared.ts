import { environmentSchema, placementsSchema } from "../model/index.ts";
import { type Config, entryOf } from "./entry.ts";

/** What an update declared: the environment and its plugins, as its config said it then. */
export interface Declared {
  /** `patchbay:environment`, as plain data. */
  readonly environment: unknown;
  /** Release of each plugin, by name, and the rest of its entry. */
  readonly plugins: Readonly<Record<string, { readonly release: string; readonly rest: unknown }>>;
}

/**
 * What the last successful update declared; nothing where there was none, or where it was not Patchbay's.
 *
 * @param history Entries of `pulumi stack history --json`, newest first.
 */
export function lastDeclared(history: readonly unknown[]): Declared | undefined {
  for (const data of history) {
    const entry = entryOf(data);
    if (entry?.result !== "succeeded" || !["update", "destroy"].includes(entry.kind)) continue;
    return entry.kind === "destroy" ? undefined : declaredBy(entry.config);
  }
  return undefined;
}

/** Reads `patchbay:environment` and `patchbay:plugins` of a config. */
export function declaredBy(config: Readonly<Config>): Declared | undefined {
  const environment = parse(config["patchbay:environment"]?.value);
  const plugins = placementsSchema.safeParse(parse(config["patchbay:plugins"]?.value)).data;
  if (plugins === undefined || !environmentSchema.safeParse(environment).success) return undefined;
  return {
    environment,
    plugins: Object.fromEntries(
      Object.entries(plugins).map(([name, { release, ...rest }]) => [name, { release, rest }]),
    ),
  };
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
