import { describe, expect, test } from "vitest";
import { hasBegun, overheard, reasonOf, whyFailed, without } from "../../../delivery/failure.ts";

const gate = `Updating (dev):
 ++ kubernetes:batch/v1:Job shop-verification creating replacement (0s) [diff: ~spec]
\u001b[1mDiagnostics:\u001b[0m
  pulumi:pulumi:Stack (patchbay-dev):
    error: update failed

  kubernetes:core/v1:Service (shop-service):
    warning: a field is deprecated
    error: before hook "dev-rollout" failed: Deployment dev/shop
      found     no progress within 4 s
      expected  every pod ready

Outputs:
    error: not one
`.replace("\u001b[1mDiagnostics:\u001b[0m", "Diagnostics:");

const job = `Diagnostics:
  kubernetes:batch/v1:Job (shop-verification):
    error: 2 errors occurred:
    \t* resource "urn:pulumi:dev" was successfully created, but it failed
    \t* [BackoffLimitExceeded] Job has reached the specified backoff limit

Resources:
    1 errored
`;

describe("why an update failed", () => {
  test("stands in its diagnostics, without what every failure says", () => {
    expect(whyFailed(gate)).toEqual([
      'error: before hook "dev-rollout" failed: Deployment dev/shop',
      "  found     no progress within 4 s",
      "  expected  every pod ready",
    ]);
  });

  test("is nothing where the engine says nothing", () => {
    expect(whyFailed("Updating (dev):\n")).toEqual([]);
  });

  test("has one line that says where, and what was found", () => {
    expect(reasonOf(whyFailed(gate))).toBe("Deployment dev/shop: no progress within 4 s");
    expect(reasonOf(whyFailed(job))).toBe("Job has reached the specified backoff limit");
    expect(reasonOf([])).toBe("the engine did not say why");
  });

  test("is no longer than anybody reads", () => {
    expect(reasonOf([`error: ${"x".repeat(1000)}`]).length).toBeLessThan(310);
  });
});

test.each([
  [" ~  kubernetes:apps/v1:Deployment shop updating (0s) [diff: ~spec]\n", true],
  [" ++ kubernetes:batch/v1:Job shop creating replacement (0s)\n", true],
  ["\u001b[32m +  \u001b[0m kubernetes:core/v1:Secret shop creating (0s)\n", true],
  ["    pulumi:pulumi:Stack patchbay-dev running error: it failed\n", false],
  ["    kubernetes:core/v1:Secret shop refreshing (0s)\n", false],
])("whether a resource was worked on is told by the steps: %j", (line, begun) => {
  expect(hasBegun(line)).toBe(begun);
});

test("what is written is passed on and kept", () => {
  const passed: string[] = [];
  const output = overheard({ colour: false, write: (text) => passed.push(text), end: () => undefined });

  output.write("one ");
  output.write("two");

  expect(passed).toEqual(["one ", "two"]);
  expect(output.heard()).toBe("one two");
});

test("secrets are taken out of a text, longest first; what may be part of any word stays", () => {
  expect(without(["pa55word", "pa55word-2", "shop"], "shop: pa55word-2 and pa55word")).toBe(
    "shop: [secret] and [secret]",
  );
});
