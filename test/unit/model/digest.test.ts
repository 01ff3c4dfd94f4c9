import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, parseYaml, releaseDigest, sha256 } from "../../../model/index.ts";
import { paymentGateway, shopDocuments, shopModel, shopPlugins, taxCalculator } from "../../support/documents.ts";

interface Vector {
  readonly name: string;
  readonly release: unknown;
  readonly contracts: Readonly<Record<string, string>>;
  readonly canonical: string;
  readonly digest: string;
}

const published = new URL("../../../docs/reference/digest-vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(published, "utf8")) as { vectors: readonly Vector[] };

describe("the published vectors", () => {
  test("are there", () => {
    expect(vectors.length).toBeGreaterThanOrEqual(5);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });

  test.each(vectors)("$name", ({ release, contracts, canonical, digest }) => {
    expect(canonicalJson({ contracts, release })).toBe(canonical);
    expect(releaseDigest(release, contracts)).toBe(digest);
    expect(sha256(canonical)).toBe(digest);
  });
});

const file = "catalog/seo/1.0.0.yaml";

test("neither comments, order, quotes, anchors nor white space change a digest; each value does", () => {
  const digestOf = (text: string) => releaseDigest(parseYaml(file, text), {});
  const digest = digestOf("plugin: seo\nhost: { name: storefront, version: '*' }\nroutes: [{ path: /seo }]\n");

  expect(
    digestOf('# ours\nroutes:\n  - path: "/seo"\nhost:\n    version: "*"\n    name: &n storefront\nplugin: seo'),
  ).toBe(digest);
  expect(digestOf("plugin: seo\nhost: { name: storefront, version: '1' }\nroutes: [{ path: /seo }]\n")).not.toBe(
    digest,
  );
  expect(digestOf("plugin: seo\nhost: { name: storefront, version: '*' }\nroutes: []\n")).not.toBe(digest);
});

test("a model's digest is that of the file before defaults: what the file leaves out does not count", () => {
  const [tax] = shopModel().plugins;

  expect(tax?.release.http.port).toBe(8080);
  expect(tax?.digest).toBe(releaseDigest(taxCalculator(), {}));
  expect(tax?.digest).not.toBe(releaseDigest(tax?.release, {}));
});

test("a changed contract is another release", () => {
  const release = paymentGateway();
  const digests = [{}, { "a.yaml": sha256("1") }, { "a.yaml": sha256("2") }, { "b.yaml": sha256("1") }].map(
    (contracts) => releaseDigest(release, contracts),
  );

  expect(new Set(digests).size).toBe(4);
});

test("the placement's digest is compared with the file's, contracts included", () => {
  const digest = releaseDigest(taxCalculator(), {});
  const plugins = shopPlugins({ "tax-calculator": { release: "1.3.0", digest } });

  expect(shopModel(shopDocuments({ plugins })).plugins[0]?.digest).toBe(digest);
});

test("the order of keys never matters, and canonical JSON reads back as what it was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      const reversed = Object.fromEntries(Object.entries(data).reverse());

      expect(releaseDigest(reversed, {})).toBe(releaseDigest(data, {}));
      expect(JSON.parse(canonicalJson(data))).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test("what has no canonical form is refused", () => {
  expect(() => canonicalJson(undefined)).toThrow("only plain data has a canonical form");
  expect(() => canonicalJson(Number.NaN)).toThrow();
});
