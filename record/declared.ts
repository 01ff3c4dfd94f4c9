import { z } from "zod";
import { environmentSchema, placementsSchema } from "../model/index.ts";

const configValue = z.object({ value: z.string().optional(), secret: z.boolean().optional() });

/**
 * An entry of `pulumi stack history --json` (Pulumi 3.249 to 3.x), as far as Patchbay reads it. A config key that holds any
 * secret comes without its value.
 */
const entrySchema = z.object({
  kind: z.string(),
  result: z.string(),
  config: z.record(z.string(), configValue).default({}),
});

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
    const entry = entrySchema.safeParse(data).data;
    if (entry?.result !== "succeeded" || !["update", "destroy"].includes(entry.kind)) continue;
    return entry.kind === "destroy" ? undefined : declaredBy(entry.config);
  }
  return undefined;
}

/** Reads `patchbay:environment` and `patchbay:plugins` of a config. */
export function declaredBy(
  config: Readonly<Record<string, { readonly value?: string | undefined }>>,
): Declared | undefined {
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
