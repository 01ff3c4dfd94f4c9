import { z } from "zod";

const stateSchema = z.object({
  pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).default([]),
});

/** A resource that an update was working on when it died. */
export interface UnfinishedOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly operation: string;
  readonly urn: string;
}

/** Operations that a state, as the engine exports it, says were begun and not ended. */
export function unfinishedOperations(state: unknown): readonly UnfinishedOperation[] {
  const { pending_operations: pending } = stateSchema.parse(state ?? {});
  return pending.map(({ type, resource }) => ({ operation: type, urn: resource.urn }));
}
