/** The checkout's own programs, run as the engine would run them: what each declares, exactly. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { at, type MockWorld, mockWorld } from "../support/mock-world.ts";

const checkout = resolve(import.meta.dirname, "../..");
const password = "kn0wn-value-of-every-secret";

// Programs wait for real rollouts, by hooks that the engine's mocks do not know.
vi.mock("../../components/kubernetes/gate.ts", () => ({ rolloutGate: () => ({ verificationOptions: {} }) }));

let home: string;
beforeEach(() => {
  home = process.cwd();
});
afterEach(() => {
  process.chdir(home);
});

/** Runs the program in a folder with what its stack file says; every encrypted value has become the same known one. */
async function run(folder: string, stack = "dev"): Promise<{ world: MockWorld; outputs: Record<string, unknown> }> {
  process.chdir(join(checkout, folder));
  const { config } = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as { config: Record<string, unknown> };
  const decrypted = JSON.parse(
    JSON.stringify(config, (_, value: unknown) => (at(value, "secure") === undefined ? value : password)),
  ) as Record<string, unknown>;
  vi.resetModules();
  const world = await mockWorld({ stack, config: decrypted, secretKeys: ["patchbay:credentials"] });
  const outputs = (await import(join(checkout, folder, "index.ts"))) as Record<string, unknown>;
  return { world, outputs };
}
test("x", async () => {
  for (const f of ["examples/seo-in-a-cms", "examples/crm-with-marketing", "."]) {
  const { world, outputs } = await run(f);
  console.log(f, (await world.createdTypes()).join("\n"), Object.keys(outputs));
  }
});
