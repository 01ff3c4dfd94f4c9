/** The npm package, as somebody else's project gets it: packed, installed, type-checked and run there. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localBackend } from "../../toolchain/index.ts";
import { testCluster, testEngine } from "../support/cluster.ts";
import { expectSuccess, run } from "../support/project.ts";

const checkout = resolve(import.meta.dirname, "../..");
const example = join(checkout, "examples/seo-in-a-cms");

/** Longest time that npm, tsc and a preview may take together on a slow machine. */
const patience = 10 * 60_000;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let foreign: string;
let packed: Packed;

beforeAll(async () => {
  foreign = mkdtempSync(join(tmpdir(), "patchbay-foreign-"));
  const packing = await npm(checkout, "pack", "--json", "--silent", "--pack-destination", foreign);
  packed = packedBy(packing);
  writeForeignProject();
  await npm(foreign, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund");
}, patience);

afterAll(() => {
  rmSync(foreign, { recursive: true, force: true });
});

/** Runs npm there, and gives what it wrote to its standard output. */
async function npm(directory: string, ...args: readonly string[]): Promise<string> {
  const result = await run("npm", args, { directory, variables: {} });
  expectSuccess(result);
  return result.output;
}

/** What `npm pack --json` says: a list of packages, or since npm 12 a map of them, after what scripts wrote. */
function packedBy(output: string): Packed {
  const json = output.slice(output.search(/^[[{]/m), output.search(/^[\]}]/m) + 1);
  const [only] = Object.values(JSON.parse(json) as Record<string, Packed>);
  if (only === undefined) throw new Error(`npm pack made nothing:\n${output}`);
  return only;
}

/** The example's program and documents, in a project that knows Patchbay by its tarball only. */
function writeForeignProject(): void {
  for (const file of ["index.ts", "Pulumi.yaml", "Pulumi.dev.yaml"])
    copyFileSync(join(example, file), join(foreign, file));
  cpSync(join(example, "catalog"), join(foreign, "catalog"), { recursive: true });
  // The SDKs are the project's to choose; it chooses those whose providers the engine of this test has.
  const dependencies = { patchbay: `file:${packed.filename}`, ...sdks() };
  writeJson("package.json", { name: "foreign", private: true, type: "module", dependencies });
  const compilerOptions = {
    target: "es2024",
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(checkout, "node_modules/@types")],
    // The declarations that we ship are part of what is checked.
    skipLibCheck: false,
  };
  writeJson("tsconfig.json", { compilerOptions, include: ["*.ts"] });
}

/** Pulumi's SDKs in the versions that the checkout is tested with. */
function sdks(): Record<string, string> {
  const { dependencies = {}, devDependencies = {} } = readManifest(checkout);
  const all = Object.entries({ ...dependencies, ...devDependencies });
  return Object.fromEntries(all.filter(([name]) => name.startsWith("@pulumi/")));
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function writeJson(file: string, data: unknown): void {
  writeFileSync(join(foreign, file), JSON.stringify(data, null, 2));
}

function typeCheck() {
  return run(join(checkout, "node_modules/.bin/tsc"), ["-p", "."], { directory: foreign, variables: {} });
}

describe("what the tarball holds", () => {
  test("is the compiled components with their declarations, and what every package carries", () => {
    const paths = packed.files.map(({ path }) => path);
    const elsewhere = paths.filter((path) => !path.startsWith("dist/"));

    expect(elsewhere.filter((path) => !/^(README|LICENSE|CHANGELOG)/.test(path))).toEqual(["package.json"]);
    expect(paths).toEqual(expect.arrayContaining(["dist/patchbay.js", "dist/patchbay.d.ts"]));
    expect(
      [...new Set(paths.filter((path) => path.startsWith("dist/")).map((path) => path.split("/")[1]))].sort(),
    ).toEqual(["components", "model", "patchbay.d.ts", "patchbay.js", "sources"]);
  });

  test("is no source that Node would refuse under node_modules, no test and no secret", () => {
    const strange = packed.files.filter(({ path }) => !/(\.js|\.d\.ts|\.json|\.md|LICENSE)$/.test(path));

    expect(strange).toEqual([]);
    expect(packed.files.filter(({ path }) => /test|toolchain|Pulumi/.test(path))).toEqual([]);
  });
});

describe("in a foreign project", () => {
  test("the Pulumi SDKs are the project's own, one copy of each: outputs of two copies do not mix", async () => {
    const { dependencies = {}, peerDependencies = {} } = readManifest(join(foreign, "node_modules/patchbay"));
    const copies = await npm(foreign, "ls", "@pulumi/pulumi", "--all", "--parseable");

    expect(Object.keys(peerDependencies).sort()).toEqual(Object.keys(sdks()).sort());
    expect(Object.keys(dependencies).filter((name) => name.startsWith("@pulumi/"))).toEqual([]);
    expect(copies.split("\n").filter((line) => line.startsWith("/"))).toEqual([
      join(foreign, "node_modules/@pulumi/pulumi"),
    ]);
  });

  test("the program passes the type check against the declarations that the package ships", async () => {
    expectSuccess(await typeCheck());
  });

  test(
    "a program that misuses the package does not pass it",
    async () => {
      const wrong = join(foreign, "wrong.ts");
      writeFileSync(wrong, 'import { deploy } from "patchbay";\ndeploy({ environment: "dev" });\n');
      try {
        const { status, output } = await typeCheck();

        expect(status).not.toBe(0);
        expect(output).toMatch(/^wrong\.ts\(2,\d+\): error TS/m);
      } finally {
        rmSync(wrong);
      }
    },
    patience,
  );

  test(
    "the program previews with the real engine, and its secrets stay hidden",
    async () => {
      const pulumi = engineIn(foreign);
      expectSuccess(await pulumi("stack", "init", "dev"));

      const preview = await pulumi("preview", "-s", "dev", "--diff");

      expectSuccess(preview);
      expect(preview.output).toContain("patchbay:index:Plugin");
      // 33 of ours, and the stack itself.
      expect(preview.output).toMatch(/Resources:\s+\+ 34 to create/);
      expect(preview.output).not.toMatch(/content-token-of-dev|cache-password-of-dev|^\s*warning:/m);
    },
    patience,
  );

  test.each(["seo-in-a-cms", "crm-with-marketing"])(
    "the example %s comes up, stays as it is, and goes",
    async (name) => {
      const directory = join(foreign, name);
      for (const file of ["index.ts", "Pulumi.yaml", "Pulumi.dev.yaml", "catalog"])
        cpSync(join(checkout, "examples", name, file), join(directory, file), { recursive: true });
      const pulumi = engineIn(directory);
      expectSuccess(await pulumi("stack", "init", "dev"));

      expectSuccess(await pulumi("up", "-s", "dev", "--yes", "--skip-preview"));

      const again = await pulumi("up", "-s", "dev", "--yes", "--skip-preview");
      expectSuccess(again);
      expect(again.output).toMatch(/Resources:\s+\d+ unchanged\n/);
      expectSuccess(await pulumi("destroy", "-s", "dev", "--yes", "--skip-preview"));
    },
    patience,
  );

  /** The engine's command line in a folder, with a backend of its own there. */
  function engineIn(directory: string) {
    const backend = localBackend(join(directory, "state"), {});
    const variables = { ...testEngine().environment, ...backend, KUBECONFIG: testCluster().kubeconfig };
    return (...args: readonly string[]) =>
      run(testEngine().pulumi, [...args, "--non-interactive", "--color", "never"], { directory, variables });
  }
});
