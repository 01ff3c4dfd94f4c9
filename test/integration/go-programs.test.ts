import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CommandResult, runCommand } from "../../toolchain/command.ts";
import { goEnvironment } from "../../toolchain/provision/go.ts";

const root = resolve(import.meta.dirname, "../..");

/** Compiles every package and its dependencies where the caches are cold. */
const timeout = 10 * 60_000;

const succeeds = expect.objectContaining({ status: 0 }) as CommandResult;

describe.each(["verifier", "examples/plugins", "toolchain/modules/images"])("the Go module %s", (module) => {
  let env: NodeJS.ProcessEnv;
  const run = (program: string, ...args: string[]) => runCommand(program, args, { cwd: join(root, module), env });

  beforeAll(async () => {
    env = await goEnvironment();
  });

  test("is formatted", async () => {
    const { stdout: goRoot } = await run("go", "env", "GOROOT");

    expect(await run(join(goRoot, "bin", "gofmt"), "-l", ".")).toMatchObject({ status: 0, stdout: "" });
  });

  test("is free of what vet finds", { timeout }, async () => {
    expect(await run("go", "vet", "./...")).toEqual(succeeds);
  });

  test("passes its tests", { timeout }, async () => {
    expect(await run("go", "test", "./...")).toEqual(succeeds);
  });
});
