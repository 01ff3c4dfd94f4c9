import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { referenceFiles } from "../../../docs/generate/files.ts";
import { parseYaml } from "../../../model/index.ts";
import { root } from "./markdown.ts";

const generated = referenceFiles();

function read(file: string): string {
  return readFileSync(resolve(root, file), "utf8");
}

/** What an editor would say of a document. */
function complaints(schema: string, data: unknown): unknown {
  const ajv = new Ajv({ allErrors: true });
  const valid = ajv.validate(
    JSON.parse(generated[`docs/reference/schema/${schema}.schema.json`] ?? "") as object,
    data,
  );
  return valid === true ? [] : ajv.errors?.map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
}

test.each(Object.entries(generated))("%s is up to date (npm run docs)", (file, content) => {
  expect(read(file)).toBe(content);
});

test.each(globSync(["catalog/*/*.yaml", "examples/*/catalog/*/*.yaml"], { cwd: root }))(
  "%s satisfies the release's JSON Schema",
  (file) => {
    expect(complaints("release", parseYaml(file, read(file)))).toEqual([]);
  },
);

test.each(globSync(["Pulumi.*.yaml", "examples/*/Pulumi.*.yaml"], { cwd: root }))(
  "%s satisfies the stack config's JSON Schema",
  (file) => {
    expect(complaints("stack-config", parseYaml(file, read(file)))).toEqual([]);
  },
);

describe("an editor complains of", () => {
  const release = () => parseYaml("release", read("catalog/payment-gateway/2.4.1.yaml")) as Record<string, unknown>;
  const stack = () => parseYaml("stack", read("Pulumi.dev.yaml")) as { config: Record<string, unknown> };

  test("an unknown key of a release", () => {
    expect(complaints("release", { ...release(), imge: "x" })).not.toEqual([]);
  });

  test("an image that is not by digest", () => {
    expect(
      complaints("release", { ...release(), image: "registry.example.com/shop/payment-gateway:2.4.1" }),
    ).not.toEqual([]);
  });

  test("a missing environment", () => {
    const config = Object.entries(stack().config).filter(([key]) => key !== "patchbay:environment");

    expect(complaints("stack-config", { config: Object.fromEntries(config) })).not.toEqual([]);
  });

  test("a misspelt key of ours, but none of others'", () => {
    const { config } = stack();

    expect(complaints("stack-config", { config: { ...config, "patchbay:plugin": {} } })).not.toEqual([]);
    expect(complaints("stack-config", { config: { ...config, "kubernetes:context": "prod" } })).toEqual([]);
  });

  test("a credential that is neither text nor encrypted text", () => {
    const { config } = stack();
    const credentials = { "patchbay:credentials": { orders: { password: { secret: "x" } } } };

    expect(complaints("stack-config", { config: { ...config, ...credentials } })).not.toEqual([]);
  });
});

test("no schema for editors shows marks of ours, or formats that no validator knows", () => {
  const schemas = Object.entries(generated).filter(([file]) => file.endsWith(".json"));

  for (const [, content] of schemas) expect(content).not.toMatch(/x-patchbay|"format"/);
});

test("every field of the formats has a meaning", () => {
  const tables = [generated["docs/reference/release.md"], generated["docs/reference/environment.md"]].join("\n");

  expect(tables.match(/^\| `[^|]*\|[^|]*\|[^|]*\| {2}\|$/gm) ?? []).toEqual([]);
});
