import { describe, expect, test } from "vitest";
import {
  catalogOf,
  shopCredentials,
  shopEnvironment,
  shopModel,
  shopServices,
  smallRelease,
} from "../../../support/documents.ts";
import { analyses, bindings, hosts, released, releases, requirements } from "../../../support/faults/index.ts";
import { refusal } from "../../../support/problems.ts";

describe.each([
  ["releases", releases],
  ["the host", hosts],
  ["requirements", requirements],
  ["bindings", bindings],
  ["analyses", analyses],
])("%s", (_, cases) => {
  test.each(cases)("$name", ({ documents, catalog, code, messages }) => {
    const error = refusal(() => shopModel({ ...documents, ...(catalog && { catalog }) }));

    expect(error.message).toBe(messages.join("\n\n"));
    expect(new Set(error.problems.map((problem) => problem.code))).toEqual(new Set([code]));
  });
});

test.each([
  ["a release that conflicts with itself", { conflicts: { "payment-gateway": "*" } }],
  ["a conflict with a version that is not there", { conflicts: { "tax-calculator": "^2.0.0" } }],
  ["one event to two paths", { triggers: ["/x", "/y"].map((path) => ({ event: "a.b", path })) }],
  ["tasks of one name before and after", { tasks: { before: [{ name: "warm" }], after: [{ name: "warm" }] } }],
])("nothing is wrong with %s", (_, changes) => {
  const { catalog, documents } = released(changes);

  expect(shopModel({ ...documents, catalog }).plugins).toHaveLength(2);
});

test("of a long history, the newest versions are offered, by their order", () => {
  const history = Array.from({ length: 13 }, (_, minor) => smallRelease("seo", `1.${String(minor)}.0`));

  const error = refusal(() =>
    shopModel({
      catalog: catalogOf(...history),
      environment: shopEnvironment({ services: shopServices() }),
      plugins: { seo: { release: "2.0.0" } },
      credentials: shopCredentials(),
    }),
  );

  expect(error.problems.map(({ expected }) => expected)).toEqual([
    "one of 1.12.0, 1.11.0, 1.10.0, 1.9.0, 1.8.0, 1.7.0, 1.6.0, 1.5.0, 1.4.0, 1.3.0 and 3 older ones",
  ]);
});
