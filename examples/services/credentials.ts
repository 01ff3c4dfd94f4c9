import { z } from "zod";
import { ToolchainError } from "../../toolchain/index.ts";

const text = z
  .string({ error: "missing" })
  .min(1, { error: "empty" })
  .regex(/^\P{Cc}*$/u, { error: "has line breaks or other control characters" });

const schema = z.object({
  orders: z.object({ username: text, password: text }, { error: "missing" }),
  inventory: z.object({ clientId: text, clientSecret: text }, { error: "missing" }),
  fraud: z.object({ key: text }, { error: "missing" }),
});

/** What the shop's plugins show its systems, as `patchbay:credentials` has it. */
export type ServiceCredentials = z.output<typeof schema>;

/** @throws ToolchainError `credentials-missing`; no value is in its message */
export function credentialsOf(values: unknown): ServiceCredentials {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new ToolchainError({
    code: "credentials-missing",
    problem: "The shop's systems cannot be started",
    found: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    expected: "orders.username, orders.password, inventory.clientId, inventory.clientSecret, fraud.key",
    remedy: "add what lacks to patchbay:credentials (pulumi config set --path --secret)",
  });
}
