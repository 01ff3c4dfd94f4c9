import { describe, expect, test } from "vitest";
import { standingOf } from "../../../record/index.ts";

function entry(result: string, changes: object = {}) {
  return { kind: "update", result, config: {}, resourceChanges: { same: 3 }, ...changes };
}

describe("the last good deployment", () => {
  test("is the newest update that succeeded, numbered from the oldest entry", () => {
    const history = [
      entry("failed"),
      entry("succeeded", { kind: "refresh" }),
      entry("succeeded"),
      entry("failed"),
      entry("succeeded"),
    ];

    expect(standingOf(history)).toMatchObject({ newest: 5, lastGood: { number: 3 }, touchedSince: false });
  });

  test("is none before the first that succeeds, and after a destroy", () => {
    expect(standingOf([]).lastGood).toBeUndefined();
    expect(standingOf([entry("failed")]).lastGood).toBeUndefined();
    expect(
      standingOf([entry("failed"), entry("succeeded", { kind: "destroy" }), entry("succeeded")]).lastGood,
    ).toBeUndefined();
  });

  test("is still there after a destroy that failed", () => {
    expect(standingOf([entry("failed", { kind: "destroy" }), entry("succeeded")]).lastGood?.number).toBe(1);
  });
});

describe("what came after it", () => {
  test.each([
    ["an update that changed something", entry("failed", { resourceChanges: { update: 1, same: 2 } }), true],
    ["an entry that nobody can read", { nonsense: true }, true],
    ["a refresh, which just looks", entry("succeeded", { kind: "refresh", resourceChanges: { update: 1 } }), false],
    ["an update that changed nothing", entry("failed"), false],
  ])("%s", (_, newer, touched) => {
    expect(standingOf([entry("failed"), newer, entry("succeeded")]).touchedSince).toBe(touched);
  });
});
