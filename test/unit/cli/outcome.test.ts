import { describe, expect, test } from "vitest";
import { described } from "../../../cli/drift.ts";
import { outcomeText } from "../../../cli/outcome.ts";

const why = ["error: Deployment dev/shop", "  found     never ready"];
const restored = {
  failed: 7,
  lastGood: 6,
  differences: [
    { path: "patchbay:plugins.shop.release", from: "1.0.1", to: "1.0.0", secret: false },
    { path: "patchbay:credentials.orders.password", secret: true },
  ],
  holds: { shop: { release: "1.0.0", refused: "1.0.1", reason: "never ready", since: "2026", by: "Ann" } },
  kept: ".patchbay/failed/dev.yaml",
};

describe("what is said of a deployment that failed", () => {
  test("what was restored, the hold, where the declaration lies, and what to do", () => {
    expect(outcomeText("dev", { kind: "returned", why, ...restored })).toBe(
      [
        "dev: deployment 7 failed, and was rolled back to deployment 6. Why it failed:",
        "  error: Deployment dev/shop",
        "    found     never ready",
        "",
        "Restored in Pulumi.dev.yaml:",
        "  patchbay:plugins.shop.release  1.0.1 -> 1.0.0",
        "  patchbay:credentials.orders.password  (secret)",
        "",
        "Held, for plain pulumi up as well (patchbay:holds):",
        "  shop: at 1.0.0 (1.0.1 failed)",
        "",
        "The declaration that failed is kept in .patchbay/failed/dev.yaml.",
        "",
        "Next    commit Pulumi.dev.yaml, or the next merge brings the fault back",
        "        mend what failed, take its entry out of patchbay:holds, and deploy again",
      ].join("\n"),
    );
  });

  test("that the return failed too, and that it ends there", () => {
    const text = outcomeText("dev", { kind: "return-failed", why, again: ["error: no such image"], ...restored });

    expect(text).toContain("deployment 7 failed, and so did the return to deployment 6");
    expect(text).toContain("Why the return failed:\n  error: no such image");
    expect(text).toContain("A rollback is not rolled back");
  });

  test("that no hold is set where no plugin had changed", () => {
    expect(outcomeText("dev", { kind: "returned", why, ...restored, holds: {} })).toContain("No hold is set");
  });

  test.each([
    [{ kind: "untouched", why }, "Nothing was changed by it"],
    [{ kind: "no-last-good", why }, "Nothing to return to: no deployment of this environment has succeeded yet"],
    [{ kind: "same-declaration", why, lastGood: 3 }, "Nothing to return to: deployment 3"],
    [{ kind: "not-returned", why, hindrance: "no key" }, "It was not rolled back:\n  no key"],
    [{ kind: "untouched", why: [] }, "the engine's output above says why"],
    [{ kind: "declined" }, "dev: nothing was changed."],
    [{ kind: "stopped" }, "dev: stopped, and not rolled back."],
  ] as const)("%j", (outcome, text) => {
    expect(outcomeText("dev", outcome)).toContain(text);
  });
});

describe("what is said of drift", () => {
  test("nothing to do where there is none", () => {
    expect(described("dev", [])).toBe("dev: everything is as the last update left it.");
  });

  test("each field, declared and live, cut where it is long", () => {
    const fields = [
      { path: "spec.replicas", declared: 2 },
      { path: "data.x", live: "y".repeat(300) },
    ];
    const place = { resource: "r", kind: "Deployment", name: "shop", namespace: "dev" };

    const text = described("dev", [
      { ...place, what: "changed", fields },
      { resource: "n", kind: "Namespace", name: "dev", what: "deleted", fields: [] },
    ]);

    expect(text).toContain("Deployment dev/shop: changed\n  spec.replicas\n    declared  2\n    live      nothing");
    expect(text).toContain(`live      ${"y".repeat(200)}…`);
    expect(text).toContain("Namespace dev: deleted");
    expect(text).toContain("npx patchbay deploy dev --mend");
  });
});
