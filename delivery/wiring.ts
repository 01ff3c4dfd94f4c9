import { z } from "zod";

const wiringSchema = z.record(z.string(), z.object({ bindings: z.record(z.string(), z.string()) }));

/** What each plugin is bound to, by plugin and integration point. */
export type Wiring = z.output<typeof wiringSchema>;

/** Reads the wiring from the stack's output `plugins`; nothing where the program has no such output. */
export function wiringOf(output: unknown): Wiring {
  return wiringSchema.safeParse(output).data ?? {};
}
