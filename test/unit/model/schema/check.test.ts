import { expect, test } from "vitest";
import { z } from "zod";
import { check, nearestTo, quote } from "../../../../model/schema/check.ts";

const place = { file: "f.yaml", path: "root" };

test.each([
  ["imagee", ["plugin", "image", "integrations"], "image"],
  ["IMAGE", ["plugin", "image"], "image"],
  ["clientID", ["clientId", "clientSecret"], "clientId"],
  ["integration", ["plugin", "integrations"], "integrations"],
  ["colour", ["plugin", "image"], undefined],
  ["go", ["db"], undefined],
  ["x", [], undefined],
  ["x".repeat(100_000), ["image"], undefined],
])("%s among %j means %s", (word, candidates, nearest) => {
  expect(nearestTo(word, candidates)).toBe(nearest);
});

test("every unknown key is reported by itself, with the nearest known one", () => {
  const { value, problems } = check(
    z.strictObject({ port: z.int(), health: z.string() }),
    { prot: 1, x: 2, port: 3, health: "/" },
    place,
  );

  expect(value).toBeUndefined();
  expect(problems).toEqual([
    {
      code: "schema-violation",
      file: "f.yaml",
      path: "root.prot",
      found: 'the unknown key "prot"',
      expected: "one of port, health",
      remedy: "did you mean port?",
    },
    {
      code: "schema-violation",
      file: "f.yaml",
      path: "root.x",
      found: 'the unknown key "x"',
      expected: "one of port, health",
      remedy: "remove it",
    },
  ]);
});

test("sound data has a value and no problem", () => {
  expect(check(z.strictObject({ port: z.int() }), { port: 1 }, place)).toEqual({ value: { port: 1 }, problems: [] });
});

test.each([
  ["text", '"orders"'],
  [7, "the number 7"],
  [true, "the boolean true"],
  [{}, "a map"],
  [[], "an empty list"],
  [[1, 2], "a list of 2"],
  [null, "nothing"],
])("shows %j, but nothing of a secret", (data, shown) => {
  const found = (secret: boolean) =>
    check(z.strictObject({ a: z.never() }), { a: data === "text" ? "orders" : data }, { ...place, secret }).problems[0]
      ?.found;

  expect(found(false)).toBe(shown);
  expect(found(true)).not.toMatch(/orders|7|true/);
});

test("a quoted text is one line, not long, and without a URL's password", () => {
  expect(quote("a\nb")).toBe('"a\\nb"');
  expect(quote("x".repeat(500))).toHaveLength(123);
  expect(quote("https://shop:hunter2@db.example.com/x")).toBe('"https://…@db.example.com/x"');
  expect(quote("postgres://shop:hun/ter@2@db")).toBe('"postgres://…@db"');
  expect(quote("shop@example.com")).toBe('"shop@example.com"');
});
