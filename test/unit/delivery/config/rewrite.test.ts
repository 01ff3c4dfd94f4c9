import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { configIn, rewriteConfig } from "../../../../delivery/config/rewrite.ts";

const root = resolve(import.meta.dirname, "../../../..");
const shop = readFileSync(resolve(root, "Pulumi.dev.yaml"), "utf8");

/** A file as people write them: comments, odd spaces, both kinds of collections. */
const handwritten = `# The shop
encryptionsalt: v1:abc=:v1:def
config:
    aws:region:   eu-central-1   # Frankfurt
    # What runs
    patchbay:plugins:
        payment-gateway:
            release: 2.4.2    # since Monday
            replicas: 2
            bindings: {orders: orders,   fraud: 'fraud-eu'}
        tax-calculator: { release: "1.3.0" }
    # What they ask for
    patchbay:credentials:
        orders:
            password:
                secure: v1:new
# The end
`;

type Plugins = Record<string, Record<string, unknown>>;

/** The file after a change of its data. */
function changed(text: string, change: (config: Record<string, Plugins>) => void): string {
  const config = structuredClone(configIn(text)) as Record<string, Plugins>;
  change(config);
  const result = rewriteConfig(text, config);
  expect(configIn(result)).toEqual(config);
  return result;
}

const plugins = (config: Record<string, Plugins>): Plugins => config["patchbay:plugins"] ?? {};

describe("a stack's file", () => {
  test("stays as it is where nothing changes", () => {
    expect(rewriteConfig(handwritten, configIn(handwritten))).toBe(handwritten);
  });

  test("changes in one value only, whatever stands around it", () => {
    const result = changed(handwritten, (config) => {
      plugins(config)["payment-gateway"] = {
        release: "2.4.1",
        replicas: 3,
        bindings: { orders: "orders", fraud: "fraud-us" },
      };
    });

    expect(result).toBe(
      handwritten.replace("2.4.2 ", "2.4.1 ").replace("replicas: 2", "replicas: 3").replace("'fraud-eu'", "'fraud-us'"),
    );
  });

  test("gets its ciphertext back", () => {
    const result = changed(handwritten, (config) => {
      config["patchbay:credentials"] = { orders: { password: { secure: "v1:old" } } };
    });

    expect(result).toBe(handwritten.replace("v1:new", "v1:old"));
  });

  test("loses an entry without its neighbours' comments", () => {
    const result = changed(handwritten, (config) => {
      delete plugins(config)["payment-gateway"];
    });

    expect(result).toContain('    patchbay:plugins:\n        tax-calculator: { release: "1.3.0" }\n');
    expect(result.match(/#.*/g)).toEqual(handwritten.replace(/# since.*/, "").match(/#.*/g));
  });

  test("gets new entries at the end of their map, before what follows it", () => {
    const result = changed(handwritten, (config) => {
      plugins(config).seo = { release: "1.0.0" };
      config["patchbay:holds"] = { seo: { refused: "1.1.0" } };
    });

    expect(result).toContain('        tax-calculator: { release: "1.3.0" }\n        seo:\n          release: 1.0.0\n');
    expect(result).toContain("secure: v1:new\n    patchbay:holds:\n");
    expect(result.endsWith("# The end\n")).toBe(true);
  });

  test.each([
    ["an anchor that is used twice", "config:\n  a: &x { b: 1 }\n  c: *x\n", { a: { b: 1 }, c: { b: 2 } }],
    ["a key without a value", "config:\n  a:\n  b: 1\n", { a: { c: 1 }, b: 1 }],
    ["a literal block", "config:\n  a: |\n    one\n    two\n  b: 1\n", { a: "three", b: 2, c: 3 }],
    ["a list of maps", "config:\n  a:\n    - b: 1\n      c: 2\n    - d: 3\n", { a: [{ c: 2 }, { d: 4 }] }],
    ["no config at all", "encryptionsalt: v1:x\n", { a: 1 }],
    ["an empty config", "config: {}\n", { a: { b: [] } }],
    ["nothing left", "config:\n  a: 1\n", {}],
    ["no newline at the end", "config:\n  a: 1", { a: 1, b: 2 }],
  ])("can be rewritten with %s", (_, text, config) => {
    expect(configIn(rewriteConfig(text, config))).toEqual(config);
  });
});

test("a text that older YAML takes for a time or a number stands in quotes", () => {
  const text = rewriteConfig("config:\n  a: 1\n", { a: 1, since: "2026-03-01T09:30:00Z", flow: ["010"] });

  expect(text).toContain('since: "2026-03-01T09:30:00Z"');
  expect(text).toContain('- "010"');
  expect(rewriteConfig("config:\n  a: { b: x }\n", { a: { b: "2026-03-01" } })).toContain('b: "2026-03-01"');
});

test("the example's file takes any release back byte for byte", () => {
  const broken = shop.replace("release: 2.4.1", "release: 2.4.2").replace("replicas: 2", "replicas: 7");

  expect(rewriteConfig(broken, configIn(shop))).toBe(shop);
});

const word = fc.stringMatching(/^[a-z:#,{}'"-][ a-z0-9:#,{}'".-]{0,8}$/);
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    word,
    fc.integer(),
    fc.boolean(),
    tie("map"),
    fc.array(word, { maxLength: 3 }),
  ),
  map: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie("value"), { maxKeys: 4 }),
})).map;

test("whatever a file says, it can be made to say anything else", () => {
  fc.assert(
    fc.property(data, data, fc.constantFrom(2, 4), fc.boolean(), (before, after, indent, flow) => {
      const text = stringify({ config: before }, { indent, collectionStyle: flow ? "flow" : "any" });

      expect(configIn(rewriteConfig(text, after))).toEqual(after);
    }),
    { numRuns: 300 },
  );
});
