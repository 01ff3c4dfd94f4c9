import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Documents, PatchbayError, resolve } from "../../../model/index.ts";
import {
  catalogOf,
  catalogOfTexts,
  type Data,
  paymentGateway,
  shopCatalog,
  shopCredentials,
  shopDocuments,
  shopEnvironment,
  shopModel,
  shopPlugins,
  shopSecrets,
  shopServices,
  smallRelease,
  taxCalculator,
} from "../../support/documents.ts";
import { refusal } from "../../support/problems.ts";

const parts = ["environment", "plugins", "credentials"] as const;

describe.each(parts)("patchbay:%s", (part) => {
  test.each(["__proto__", "constructor", "prototype"])("may not have the key %s", (key) => {
    const value: unknown = JSON.parse(`{"orders": {"${key}": {"password": "hunter2"}}}`);

    const error = refusal(() => shopModel({ [part]: value }));

    expect(error.problems.map(({ code, path }) => [code, path])).toEqual([
      ["document-unreadable", `patchbay:${part}.orders.${key}`],
    ]);
    expect(error.message).not.toContain("hunter2");
    expect({}).not.toHaveProperty("password");
  });

  test.each<[string, unknown]>([
    ["text", "x".repeat(50)],
    ["a list", [1]],
    ["a number", 7],
    ["a million levels", deep(1000)],
    ["itself", cyclic()],
    ["half a surrogate pair", { a: "\ud800" }],
    ["a function", { a: () => 1 }],
    ["a symbol", { a: Symbol("x") }],
    ["a whole number beyond all", { a: 10n }],
    ["a hundred thousand keys", Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${String(i)}`, 1]))],
    ["a hundred thousand entries", Array.from({ length: 100_000 }, () => 1)],
    ["a name with ../", { "../../etc": {} }],
    ["a name with terminal codes", { "\u001b[2J\nPulumi.dev.yaml": {} }],
    ["a key of 90 KiB", { ["k".repeat(90_000)]: {} }],
  ])("as %s is an error, and a short one", { timeout: 10_000 }, (_, value) => {
    const error = refusal(() => shopModel({ [part]: value }));

    expect(error.message.length).toBeLessThan(100_000);
    // biome-ignore lint: control characters are what must not be there
    expect(error.message).not.toMatch(/\u001b|\n\n\n/);
    for (const line of error.message.split("\n"))
      expect(line).toMatch(/^$|^Pulumi\.dev\.yaml|^catalog\/|^ {2}(found|expected|remedy) |^and \d+ more/);
  });
});

describe("a release", () => {
  const long = "a".repeat(200_000);
  test.each<[string, Data]>([
    ["a plugin outside the catalog", { plugin: "../seo" }],
    ["a version outside the catalog", { version: "../1.0.0" }],
    ["a path out of the plugin", { routes: [{ path: "/../admin" }] }],
    ["a path out of the plugin in disguise", { verify: [{ get: "/%2e%2e/admin" }] }],
    ["a long name", { plugin: long }],
    ["a long version", { version: `1.0.0-${"a.".repeat(100_000)}b` }],
    ["a long range", { requires: { seo: "1 ".repeat(100_000) } }],
    ["a range of many", { host: { name: "storefront", version: "||".repeat(100_000) } }],
    ["a long image", { image: `${"a.".repeat(100_000)}/x` }],
    ["an image of many parts", { image: `a${"/a".repeat(100_000)}` }],
    ["a long path", { routes: [{ path: `/${"%20".repeat(60_000)}` }] }],
    ["a long event", { emits: [`${"a.".repeat(100_000)}!`] }],
    ["a long variable", { env: { [`${long}-`]: "x" } }],
    ["a long amount", { resources: { cpu: "1".repeat(200_000), memory: `${"1".repeat(200_000)}Mi` } }],
    ["a long share", { slo: { availability: `${"9".repeat(200_000)}%`, syncLag: `${"9".repeat(200_000)}s` } }],
    ["a long scope", { integrations: { a: { service: "http", api: "a", auth: "oauth2", scopes: [long] } } }],
    ["events by the thousand", { emits: Array.from({ length: 15_000 }, () => 1) }],
    ["tasks by the thousand", { tasks: { before: Array.from({ length: 15_000 }, () => 1) } }],
    [
      "unknown keys by the thousand",
      Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`k${String(i)}`, 1])),
    ],
    [
      "integrations by the thousand",
      { integrations: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`K${String(i)}`, 1])) },
    ],
  ])("with %s is an error, and soon", { timeout: 10_000 }, (_, changes) => {
    const text = JSON.stringify({ ...smallRelease("seo"), ...changes });
    const error = refusal(() =>
      shopModel({
        catalog: catalogOfTexts([{ plugin: "seo", version: "1.0.0", text }]),
        plugins: { seo: { release: "1.0.0" } },
      }),
    );

    expect(new Set(error.problems.map(({ file }) => file))).toEqual(new Set(["catalog/seo/1.0.0.yaml"]));
    expect(error.message.length).toBeLessThan(200_000);
  });
});

test.each([
  ["label", (text: string) => ({ network: { namespace: "a", podSelector: { [`${text}/`]: "x" } } })],
  ["certificate", (text: string) => ({ certificates: `-----BEGIN CERTIFICATE-----${text}` })],
  ["host", (text: string) => ({ host: `${text}.` })],
  ["database", (text: string) => ({ database: `${text}!` })],
])("a service with a long %s is an error, and soon", { timeout: 10_000 }, (_, changes) => {
  const orders = shopServices().orders as Data;
  for (const unit of ["a", "a.", "-----END CERTIFICATE----- ", " "]) {
    const services = shopServices({ orders: { ...orders, ...changes(unit.repeat(Math.floor(90_000 / unit.length))) } });

    const error = refusal(() => shopModel({ environment: shopEnvironment({ services }) }));

    expect(new Set(error.problems.map(({ code }) => code))).toEqual(new Set(["schema-violation"]));
  }
});

test("a plugin, a service or a binding named after an inherited member is just not there", () => {
  for (const name of ["constructor", "__proto__", "toString", "valueOf"]) {
    const error = refusal(() =>
      shopModel({ plugins: shopPlugins({ "payment-gateway": { release: "2.4.1", bindings: { orders: name } } }) }),
    );
    expect(error.problems.every(({ code }) => ["service-missing", "schema-violation"].includes(code))).toBe(true);
  }
});

/** A value put somewhere into data; paths that do not exist are made. */
function put(data: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const map = typeof data === "object" && data !== null ? (data as Data) : {};
  return { ...map, [key]: put(Object.hasOwn(map, key) ? map[key] : undefined, rest, value) };
}

function pathsOf(data: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof data !== "object" || data === null) return [path];
  return [path, ...Object.entries(data).flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true }),
  fc.jsonValue(),
  fc.constantFrom("constructor", "__proto__", "", "*", "2.4.1", "orders", "payment-gateway", -0, 2 ** 53),
);

function resolvesOrRefuses(documents: Documents, catalog: ReturnType<typeof catalogOf>): void {
  try {
    const model = resolve(documents, catalog);
    expect(Object.isFrozen(model)).toBe(true);
    for (const secret of Object.values(shopSecrets)) expect(JSON.stringify(model)).not.toContain(secret);
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    expect(error.problems).not.toEqual([]);
    for (const secret of Object.values(shopSecrets)) expect(error.message).not.toContain(secret);
  }
}

test("whatever the documents are, they resolve or are refused with a PatchbayError", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anything, anything, anything, (environment, plugins, credentials) => {
      resolvesOrRefuses({ name: "dev", file: "Pulumi.dev.yaml", environment, plugins, credentials }, shopCatalog());
    }),
    { numRuns: 300 },
  );
});

test("whatever stands anywhere in the shop's documents, no secret is shown", { timeout: 60_000 }, () => {
  const documents = shopDocuments();
  const places = pathsOf({ environment: shopEnvironment(), plugins: shopPlugins(), credentials: shopCredentials() });
  fc.assert(
    fc.property(fc.constantFrom(...places), anything, (path, value) => {
      resolvesOrRefuses({ ...documents, ...(put(documents, path, value) as object) }, shopCatalog());
    }),
    { numRuns: 1000 },
  );
});

test("whatever stands anywhere in a release, it resolves or is refused with a PatchbayError", {
  timeout: 60_000,
}, () => {
  const release = paymentGateway();
  const plugins = { "payment-gateway": { release: "2.4.1" }, "tax-calculator": { release: "1.3.0" } };
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(release)), fc.jsonValue(), (path, value) => {
      const text = JSON.stringify(put(release, path, value));
      const tax = { plugin: "tax-calculator", version: "1.3.0", text: JSON.stringify(taxCalculator()) };
      resolvesOrRefuses(
        shopDocuments({ plugins }),
        catalogOfTexts([{ plugin: "payment-gateway", version: "2.4.1", text }, tax]),
      );
    }),
    { numRuns: 1000 },
  );
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value.a = [value, value];
  return value;
}
