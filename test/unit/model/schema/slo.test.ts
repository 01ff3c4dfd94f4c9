import { expect, test } from "vitest";
import { releaseSchema } from "../../../../model/index.ts";
import { check } from "../../../../model/schema/check.ts";
import { type Data, smallRelease } from "../../../support/documents.ts";

function sloProblems(slo: Data) {
  const release = smallRelease("orders", "1.0.0", {
    slo,
    requires: { "tax-calculator": "^1.0.0" },
    integrations: { erp: { service: "http", api: "erp" } },
  });
  return check(releaseSchema, release, { file: "f.yaml", path: "" }).problems.map(({ path, expected }) => ({
    path,
    expected,
  }));
}

const accuracy = (good: string) => ({ accuracy: { good, total: "orders_total", objective: "99.9%" } });

test("objectives of bindings are those of integration points and required plugins", () => {
  expect(sloProblems({ bindings: { erp: { errorRate: "1%" }, "tax-calculator": { latencyP99: "50ms" } } })).toEqual([]);
  expect(sloProblems({ bindings: { epr: { errorRate: "1%" } } })).toEqual([
    { path: "slo.bindings.epr", expected: "one of the release's integration points or required plugins" },
  ]);
});

test.each([
  "orders_right_total{$selector}",
  "sum by (kind) (rate(orders_right_total{kind=~`a)|b`}[5m]))",
  `orders{note=")\\"("} # (not closed`,
  `orders{note='}'} # "`,
  "sum(\n  orders # right ones :)\n)",
])("%s can stand inside a query", (good) => {
  expect(sloProblems(accuracy(good))).toEqual([]);
});

test.each([
  "",
  "  ",
  "# nothing else",
  "sum(orders",
  "orders) or (vector(1)",
  "orders{a=]}",
  `orders{a="b}`,
  "orders{a=`b}",
])("%j cannot", (good) => {
  expect(sloProblems(accuracy(good))).toEqual([
    { path: "slo.accuracy.good", expected: "a query in PromQL whose quotes and brackets are closed" },
  ]);
});

test("a query of any length is judged at once", () => {
  const started = performance.now();

  expect(sloProblems(accuracy('"\\'.repeat(100_000)))).toEqual([
    { path: "slo.accuracy.good", expected: "a query of at most 4096 characters" },
  ]);
  expect(sloProblems(accuracy('"\\'.repeat(2_000)))).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("accuracy needs both queries and an objective", () => {
  expect(sloProblems({ accuracy: {} }).map(({ path }) => path)).toEqual([
    "slo.accuracy.good",
    "slo.accuracy.total",
    "slo.accuracy.objective",
  ]);
});
