import { z } from "zod";
import { digest, name, version } from "./text.ts";

/** A line or two for people; it comes into error messages. */
const remark = (most: number) => z.string({ error: "a text" }).min(1).max(most);

const holdSchema = z.strictObject({
  release: version
    .optional()
    .describe("Release at which the plugin is held. If absent, the plugin must not be in the environment at all."),
  settings: digest
    .optional()
    .describe(
      "SHA-256 of the settings at which the plugin is held: its entry in `patchbay:plugins` without `release` and `digest`. Stands here where the settings failed, and not the release.",
    ),
  refused: version.describe("Release that failed."),
  reason: remark(1000).describe("Why it failed."),
  since: z.iso
    .datetime({ error: "a time in UTC in quotes, such as 2026-03-01T09:30:00Z (RFC 3339)" })
    .describe("When the hold was set."),
  by: remark(200).describe("Who deployed what failed."),
});

/** `patchbay:holds`: releases that an environment goes back to, and at which it stays until somebody removes the entry. */
export const holdsSchema = z
  .record(name, holdSchema)
  .meta({ title: "Holds", description: "patchbay:holds in Pulumi.<environment>.yaml" });

export type Hold = z.output<typeof holdSchema>;
