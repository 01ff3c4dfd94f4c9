import { expect, test } from "vitest";
import { describeProblem, PatchbayError, type Problem, type ProblemCode, problemKinds } from "../../../model/index.ts";

function problem(changes: Partial<Problem> = {}): Problem {
  return {
    code: "schema-violation",
    file: "Pulumi.dev.yaml",
    path: "patchbay:plugins",
    found: "nothing",
    expected: "a map",
    remedy: "add it",
    ...changes,
  };
}

test("a problem reads as place, found, expected, remedy", () => {
  expect(describeProblem(problem())).toBe(
    "Pulumi.dev.yaml: patchbay:plugins\n  found     nothing\n  expected  a map\n  remedy    add it",
  );
  expect(describeProblem(problem({ path: "" })).split("\n")[0]).toBe("Pulumi.dev.yaml");
});

test("a problem stays four lines of visible text, whatever a document says", () => {
  const hostile = "a\n\u001b[31mb\u009b2J\u202ec\u2028d\0";

  const text = describeProblem(problem({ path: hostile, found: hostile, expected: hostile, remedy: hostile }));

  expect(text.split("\n")).toHaveLength(4);
  expect(text).toContain("  found     a\\u{a}\\u{1b}[31mb\\u{9b}2J\\u{202e}c\\u{2028}d\\u{0}");
  expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|\p{Cc}(?<!\n)/u);
});

test("an error holds all problems, and shows a hundred of them", () => {
  const few = new PatchbayError([problem(), problem({ path: "x" })]);
  const many = new PatchbayError(Array.from({ length: 150_000 }, () => problem()));

  expect(few.message.split("\n\n")).toHaveLength(2);
  expect(few.message).not.toContain("more");
  expect(many.problems).toHaveLength(150_000);
  expect(many.message.split("\n\n")).toHaveLength(101);
  expect(many.message.split("\n\n").at(-1)).toBe("and 149900 more; mend these first");
  expect(many.exitStatus).toBe(1);
});

test("the exit status is that of the worst problem", () => {
  expect(new PatchbayError([problem()]).exitStatus).toBe(1);
  expect(new PatchbayError([problem(), problem({ code: "usage" })]).exitStatus).toBe(2);
  expect(new PatchbayError([problem()])).toMatchObject({ name: "PatchbayError" });
});

test.each(Object.keys(problemKinds) as ProblemCode[])(
  "%s answers a command with a failure, and a request with an error",
  (code) => {
    const { exit, http } = problemKinds[code];

    expect([1, 2]).toContain(exit);
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
  },
);
