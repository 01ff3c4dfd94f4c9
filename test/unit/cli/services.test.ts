import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { nodeFor } from "../../../cli/services.ts";
import { type NodeChoice, ToolchainError } from "../../../toolchain/index.ts";

const machine = vi.hoisted(() => ({ node: undefined as NodeChoice | undefined, hasPostgres: true }));

vi.mock("../../../toolchain/index.ts", async (original) => ({
  ...(await original<object>()),
  chooseNode: () => Promise.resolve(machine.node),
}));
vi.mock("../../../examples/services/machine.ts", () => ({
  machineFolders: () => {
    if (machine.hasPostgres) return {};
    throw new ToolchainError({
      code: "postgresql-missing",
      problem: "no database",
      found: "no PostgreSQL",
      expected: "PostgreSQL",
      remedy: "apt-get install postgresql",
    });
  },
}));

const real: NodeChoice = { kind: "real", because: "containerd 1.6.20" };
const simulated: NodeChoice = { kind: "simulated", because: "containers take root" };

beforeEach(() => {
  vi.stubEnv("PATCHBAY_NODE", undefined);
  Object.assign(machine, { node: real, hasPostgres: true });
});

/** A folder of a project; with the shop's systems in it, as the checkout has them. */
function project({ hasSystems = true } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-services-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  if (hasSystems) {
    mkdirSync(join(directory, "examples/services"), { recursive: true });
    writeFileSync(join(directory, "examples/services/deploy.ts"), "");
  }
  return { directory, name: "shop" };
}

test("a real node, where the machine has all that the systems take", async () => {
  expect(await nodeFor(project(), undefined)).toEqual(real);
});

test("simulated ones where PostgreSQL lacks, with the remedy", async () => {
  machine.hasPostgres = false;

  expect(await nodeFor(project(), undefined)).toEqual({
    kind: "simulated",
    because: "no PostgreSQL: apt-get install postgresql",
  });
});

test("all that lacks is said at once", async () => {
  Object.assign(machine, { node: simulated, hasPostgres: false });

  expect(await nodeFor(project(), undefined)).toEqual({
    kind: "simulated",
    because: "containers take root; no PostgreSQL: apt-get install postgresql",
  });
});

test.each([
  ["by option", "real", undefined],
  ["by variable", undefined, "real"],
] as const)("a real node that is asked for %s is not replaced by simulated ones", async (_, option, variable) => {
  machine.hasPostgres = false;
  vi.stubEnv("PATCHBAY_NODE", variable);

  await expect(nodeFor(project(), option)).rejects.toThrow("apt-get install postgresql");
});

test("simulated nodes that are asked for need no PostgreSQL", async () => {
  Object.assign(machine, { node: simulated, hasPostgres: false });

  expect(await nodeFor(project(), "simulated")).toEqual(simulated);
});

test("a project without the shop's systems needs no PostgreSQL", async () => {
  machine.hasPostgres = false;

  expect(await nodeFor(project({ hasSystems: false }), undefined)).toEqual(real);
});
