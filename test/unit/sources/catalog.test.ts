import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../model/index.ts";
import { readCatalog } from "../../../sources/catalog.ts";
import { refusal } from "../../support/problems.ts";

let root: string;
let catalog: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "patchbay-catalog-"));
  catalog = join(root, "catalog");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
}

test("what is placed is read, what else there is is known by name only", () => {
  write("catalog/seo/1.0.0.yaml", "plugin: seo");
  write("catalog/seo/1.1.0.yaml", "plugin: seo # newer");
  write("catalog/crm/2.0.0.yaml", "plugin: crm");

  const { plugins, versions, releases } = readCatalog(catalog, { seo: { release: "1.1.0" } });

  expect(plugins).toEqual(["crm", "seo"]);
  expect([...versions]).toEqual([["seo", ["1.0.0", "1.1.0"]]]);
  expect([...releases]).toEqual([
    ["seo@1.1.0", { file: `${catalog}/seo/1.1.0.yaml`, text: "plugin: seo # newer", contracts: {} }],
  ]);
});

test("a release's contracts are the files in the folder of its version, however deep", () => {
  write("catalog/seo/1.0.0.yaml", "plugin: seo");
  write("catalog/seo/1.0.0/openapi.yaml", "openapi: 3.1.0");
  write("catalog/seo/1.0.0/events/page.json", "{}");
  write("catalog/seo/1.1.0/other.yaml", "x");

  const { releases } = readCatalog(catalog, { seo: { release: "1.0.0" } });

  expect(releases.get("seo@1.0.0")?.contracts).toEqual({
    "events/page.json": sha256("{}"),
    "openapi.yaml": sha256("openapi: 3.1.0"),
  });
});

test.each([
  ["a name that climbs out", { "../secret": { release: "1.0.0" } }],
  ["a version that climbs out", { seo: { release: "../../secret/1.0.0" } }],
  ["placements that are no map", ["seo"]],
  ["a placement that is no map", { seo: "1.0.0" }],
  ["nothing", undefined],
])("%s reads nothing", (_, placements) => {
  write("secret/1.0.0.yaml", "plugin: secret");
  write("catalog/seo/1.0.0.yaml", "plugin: seo");

  expect([...readCatalog(catalog, placements).releases]).toEqual([]);
});

test("symbolic links are not followed", () => {
  write("secret/1.0.0.yaml", "plugin: secret");
  write("catalog/seo/1.0.0.yaml", "plugin: seo");
  mkdirSync(join(catalog, "seo/1.0.0"));
  symlinkSync(join(root, "secret"), join(catalog, "evil"));
  symlinkSync(join(root, "secret/1.0.0.yaml"), join(catalog, "seo/2.0.0.yaml"));
  symlinkSync(join(root, "secret/1.0.0.yaml"), join(catalog, "seo/1.0.0/contract.yaml"));

  const { plugins, versions, releases } = readCatalog(catalog, {
    seo: { release: "1.0.0" },
    evil: { release: "1.0.0" },
  });

  expect(plugins).toEqual(["seo"]);
  expect([...versions]).toEqual([["seo", ["1.0.0"]]]);
  expect(releases.get("seo@1.0.0")?.contracts).toEqual({});
});

test("files that are too large are refused before they are read", () => {
  write("catalog/seo/1.0.0.yaml", "x".repeat(256 * 1024 + 1));
  write("catalog/crm/1.0.0.yaml", "plugin: crm");
  write("catalog/crm/1.0.0/openapi.yaml", "x".repeat(8 * 1024 * 1024 + 1));

  const problems = ["seo", "crm"].map(
    (plugin) => refusal(() => readCatalog(catalog, { [plugin]: { release: "1.0.0" } })).problems,
  );

  expect(problems.flat().map(({ code, found }) => [code, found])).toEqual([
    ["document-too-large", "262145 bytes"],
    ["document-too-large", "8388609 bytes"],
  ]);
});

test("without a catalog the error says what one looks like", () => {
  expect(refusal(() => readCatalog(catalog, {})).message).toBe(
    `${catalog}\n  found     no such folder\n  expected  the catalog: <plugin>/<version>.yaml for each release\n  remedy    run Pulumi in the project's folder, or create the catalog there`,
  );
});
