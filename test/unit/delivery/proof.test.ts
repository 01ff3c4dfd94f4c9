import { expect, test } from "vitest";
import { proofIn } from "../../../delivery/proof.ts";

test("a verifier's report says what was seen of each binding", () => {
  const report = [
    "ok    GET /readyz  200 in 3 ms",
    "ok    binding inventory (http inventory.erp.svc:80)  answers 200 in 21 ms",
    "ok    binding orders (postgresql orders-db.data.svc:5432)  answers in 19 ms",
    "FAIL  binding fraud (http fraud.sandbox.svc:80): 401",
    "3 of 4 checks passed",
  ];

  expect(proofIn(report.join("\n"))).toEqual({ inventory: "answers 200 in 21 ms", orders: "answers in 19 ms" });
});

test("another verifier's report proves nothing by name", () => {
  expect(proofIn("all is well\n")).toEqual({});
});
