import { z } from "zod";

const configValue = z.object({
  value: z.string().optional(),
  /** A map or list as data; `value` is its JSON then. */
  objectValue: z.unknown().optional(),
  secret: z.boolean().optional(),
});

/**
 * An entry of `pulumi stack history --json` (Pulumi 3.259 to 3.x), as far as Patchbay reads it. A config key that holds any
 * secret comes without its value, unless secrets were asked for.
 */
const entrySchema = z.object({
  kind: z.string(),
  result: z.string(),
  config: z.record(z.string(), configValue).default({}),
  resourceChanges: z.record(z.string(), z.number()).default({}),
});

export type Entry = z.output<typeof entrySchema>;

/** A stack's config as the engine tells it, by full key (`patchbay:plugins`). */
export type Config = Entry["config"];

/** Reads a config; an empty one where it is none. */
export function configOf(data: unknown): Config {
  return z.record(z.string(), configValue).safeParse(data).data ?? {};
}

/** Reads an entry; nothing where it is none. */
export function entryOf(data: unknown): Entry | undefined {
  return entrySchema.safeParse(data).data;
}

/** Whether an entry did anything to a resource, whatever came of it; a refresh just looks. */
export function touched({ kind, resourceChanges }: Entry): boolean {
  if (kind === "refresh") return false;
  return Object.entries(resourceChanges).some(
    ([operation, count]) => operation !== "same" && operation !== "read" && count > 0,
  );
}
