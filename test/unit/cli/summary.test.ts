import { expect, test } from "vitest";
import { summary } from "../../../cli/summary.ts";
import { table } from "../../../cli/table.ts";

const shop = {
  environment: "dev",
  namespace: "storefront-dev",
  plugins: { "payment-gateway": { bindings: { orders: "orders", fraud: "fraud-eu" } } },
  node: undefined,
};

const running = {
  plugin: "payment-gateway",
  version: "2.4.1",
  ready: 2,
  wanted: 2,
  verification: "passed" as const,
  proof: { orders: "answers in 19 ms" },
  mounted: ["orders"],
  readyUrl: "http://10.200.4.9/readyz",
};

test("a table's columns are as wide as their widest cell, without spaces at the end", () => {
  expect(
    table([
      ["A", "LONG"],
      ["much", "x"],
    ]),
  ).toBe("A     LONG\nmuch  x");
});

test("the summary shows what runs where, each binding and its state, and what to do next", () => {
  const text = summary({ ...shop, statuses: [running] });

  expect(text).toContain("payment-gateway  2.4.1    storefront-dev  2 of 2 ready  passed");
  expect(text).toContain("payment-gateway  orders   orders    mounted, answers in 19 ms");
  expect(text).toContain("payment-gateway  fraud    fraud-eu  not mounted, verification passed");
  expect(text).toContain("pulumi stack history -s dev");
  expect(text).not.toContain("simulated");
  expect(text).not.toContain("curl");
});

test("on a real node a plugin can be called from this machine; on simulated ones nothing would answer", () => {
  const of = (kind: "real" | "simulated") => summary({ ...shop, node: { kind, because: "so" }, statuses: [running] });

  expect(of("real")).toContain("curl -i http://10.200.4.9/readyz");
  expect(of("simulated")).not.toContain("curl");
  expect(of("real")).toMatch(/2 of 2 ready +passed$/m);
  expect(of("simulated")).toMatch(/2 of 2 ready +played$/m);
});

test.each([
  ["failed", "mounted, verification failed"],
  ["missing", "mounted, verification missing"],
] as const)("a plugin whose verification is %s has bindings that are %s", (verification, state) => {
  const status = { ...running, verification, proof: {} };

  expect(summary({ ...shop, statuses: [status] })).toContain(state);
});

test.each([
  [
    { kind: "simulated", because: "containers take root" },
    "nodes: simulated (containers take root)",
    "no image was run",
  ],
  [{ kind: "real", because: "containerd 1.6.20" }, "node: real (containerd 1.6.20)", "run as containers"],
] as const)("an embedded cluster's summary says what its nodes are: $kind", (node, line, meaning) => {
  const text = summary({ ...shop, node, statuses: [], plugins: {} });

  expect(text).toContain(line);
  expect(text).toContain(meaning);
});
