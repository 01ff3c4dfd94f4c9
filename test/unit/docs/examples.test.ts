import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseYaml, releaseDigest, releaseSchema } from "../../../model/index.ts";
import { readCatalog } from "../../../sources/catalog.ts";
import { codeBlocks, page, pages, root } from "./markdown.ts";

function read(file: string): string {
  return readFileSync(resolve(root, file), "utf8");
}

describe("the README", () => {
  test("shows a program that is an example of ours", () => {
    const [program = "nothing"] = codeBlocks(page("README.md"), "ts");

    expect(read("examples/seo-in-a-cms/index.ts")).toContain(program);
  });
});

describe("the tutorial", () => {
  const blocks = codeBlocks(page("docs/tutorial.md"), "yaml");

  test("writes a release that is valid, with the digest that it names", () => {
    const [release = ""] = blocks;
    const data = parseYaml("catalog/gift-notes/1.0.0.yaml", release);
    const digest = releaseDigest(data, {});

    expect(releaseSchema.safeParse(data).error).toBeUndefined();
    expect(
      page("docs/tutorial.md")
        .text.match(/sha256:[0-9a-f]{64}/g)
        ?.slice(1),
    ).toEqual([digest, digest]);
  });

  test("borrows an image that the cluster's registry has", () => {
    const [release = ""] = blocks;
    const imageOf = (text: string) => /^image: (.+)$/m.exec(text)?.[1];

    expect(imageOf(release)).toBe(imageOf(read("catalog/tax-calculator/1.3.0.yaml")));
  });
});

test.each(pages().flatMap((source) => codeBlocks(source, "yaml").map((code) => ({ file: source.file, code }))))(
  "YAML in $file can be read",
  ({ file, code }) => {
    expect(() => parseYaml(file, code)).not.toThrow();
  },
);

test.each(pages().flatMap((source) => codeBlocks(source, "json").map((code) => ({ file: source.file, code }))))(
  "JSON in $file can be read",
  ({ code }) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  },
);

test("digests of releases in the reference are theirs", () => {
  const catalog = readCatalog(resolve(root, "catalog"), { "payment-gateway": { release: "2.4.1" } });
  const source = catalog.releases.get("payment-gateway@2.4.1");
  const [entry = "{}"] = codeBlocks(page("docs/reference/registry.md"), "json");

  const digest = source && releaseDigest(parseYaml(source.file, source.text), source.contracts);

  expect(JSON.parse(entry)).toMatchObject({ plugin: "payment-gateway", version: "2.4.1", digest });
});
