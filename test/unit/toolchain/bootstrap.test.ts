import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const toolchain = join(import.meta.dirname, "../../../toolchain");
let checkout: string;
let bin: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "patchbay-checkout-"));
  bin = join(checkout, "machine");
  for (const folder of ["toolchain", "cli", "machine"]) mkdirSync(join(checkout, folder));
  for (const file of ["bootstrap.mjs", "lock.mjs", "process-identity.mjs"]) {
    copyFileSync(join(toolchain, file), join(checkout, "toolchain", file));
  }
  writeFileSync(join(checkout, "package.json"), JSON.stringify({ dependencies: { one: "1.0.0" } }));
  writeFileSync(
    join(checkout, "package-lock.json"),
    JSON.stringify({ packages: { "": {}, "node_modules/one": { version: "1.0.0" } } }),
  );
  writeFileSync(
    join(checkout, "cli/main.ts"),
    `const args: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(args));\nprocess.exitCode = 7;\n`,
  );
  fakeNpm("mkdir -p node_modules; echo run >> npm-runs; echo chatter; echo noise >&2");
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

function fakeNpm(script: string): void {
  writeFileSync(join(bin, "npm"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "npm"), 0o755);
}

function bootstrap(...args: string[]) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [join(checkout, "toolchain/bootstrap.mjs"), ...args], {
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on("data", (data: Buffer) => stdout.push(data.toString()));
    child.stderr.on("data", (data: Buffer) => stderr.push(data.toString()));
    child.once("close", (status) => {
      resolve({ status, stdout: stdout.join(""), stderr: stderr.join("") });
    });
  });
}

function npmRuns(): number {
  const log = join(checkout, "npm-runs");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0;
}

test("the program gets its arguments, its status is passed on, and stdout is its alone", async () => {
  const { status, stdout, stderr } = await bootstrap("cli/main.ts", "start", "two words");

  expect({ status, stdout }).toEqual({ status: 7, stdout: '["start","two words"]\n' });
  expect(stderr).toMatch(/^patchbay: installing npm dependencies .*\npatchbay: installed npm dependencies in \d+ s\n$/);
});

test("dependencies are installed once, and again when they change", async () => {
  await bootstrap("cli/main.ts");
  await bootstrap("cli/main.ts");
  expect(npmRuns()).toBe(1);

  writeFileSync(
    join(checkout, "package.json"),
    JSON.stringify({ scripts: { new: "script" }, dependencies: { one: "1.0.0" } }),
  );
  await bootstrap("cli/main.ts");
  expect(npmRuns()).toBe(1);

  writeFileSync(join(checkout, "package.json"), JSON.stringify({ dependencies: { one: "1.0.0", two: "2.0.0" } }));
  await bootstrap("cli/main.ts");
  expect(npmRuns()).toBe(2);
});

test("what the user installed by hand is good enough, if it is what the lock file says", async () => {
  const record = join(checkout, "node_modules/.package-lock.json");
  mkdirSync(dirname(record));
  writeFileSync(record, JSON.stringify({ packages: { "node_modules/one": { version: "0.9.0" } } }));
  await bootstrap("cli/main.ts");
  expect(npmRuns()).toBe(1);

  rmSync(join(checkout, "node_modules/.patchbay-stamp"));
  writeFileSync(record, JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0" } } }));
  await bootstrap("cli/main.ts");
  expect(npmRuns()).toBe(1);
});

test("two at once install once", async () => {
  fakeNpm("sleep 0.3; mkdir -p node_modules; echo run >> npm-runs");

  const results = await Promise.all([bootstrap("cli/main.ts"), bootstrap("cli/main.ts")]);

  expect(results.map(({ status }) => status)).toEqual([7, 7]);
  expect(npmRuns()).toBe(1);
});

test("an installation that fails does not count, and says what to do", async () => {
  fakeNpm("mkdir -p node_modules; echo 'npm error code ECONNREFUSED' >&2; exit 1");
  const { status, stdout, stderr } = await bootstrap("cli/main.ts");

  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(
    "npm ci failed (status 1)\n  npm error code ECONNREFUSED\n  remedy: the npm registry cannot be reached",
  );
  expect(stderr).not.toMatch(/^\s+at /m);

  fakeNpm("echo run >> npm-runs; mkdir -p node_modules");
  expect((await bootstrap("cli/main.ts")).status).toBe(7);
  expect(npmRuns()).toBe(1);
});

test("a machine without npm is told so", async () => {
  rmSync(join(bin, "npm"));
  const { status, stderr } = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [join(checkout, "toolchain/bootstrap.mjs"), "cli/main.ts"], {
      env: { PATH: bin },
    });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said += data.toString()));
    child.once("close", (code) => {
      resolve({ status: code, stderr: said });
    });
  });

  expect(status).toBe(1);
  expect(stderr).toContain("patchbay: found no npm on the PATH: install Node with npm\n");
});

test("a call without a program shows how to call it", async () => {
  const { status, stderr } = await bootstrap();

  expect(status).toBe(1);
  expect(stderr).toBe("patchbay: usage: node toolchain/bootstrap.mjs <entry.ts> [arguments…]\n");
});
