import { describe, expect, test } from "vitest";
import { drawCharacters } from "../../../toolchain/random-provider/characters.ts";
import { changedInputs } from "../../../toolchain/random-provider/diff.ts";
import { randomResource } from "../../../toolchain/random-provider/resources.ts";
import { isUnknown, revealed, secret } from "../../../toolchain/random-provider/wire.ts";

const password = randomResource("random:index/randomPassword:RandomPassword");
const text = randomResource("random:index/randomString:RandomString");
const id = randomResource("random:index/randomId:RandomId");
const bytes = randomResource("random:index/randomBytes:RandomBytes");
const uuid = randomResource("random:index/randomUuid:RandomUuid");
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function resultOf(inputs: Record<string, unknown>): string {
  return password.create(inputs).outputs["result"] as string;
}

describe("passwords", () => {
  test("have the length and the classes asked for, and never repeat", () => {
    const inputs = { length: 40, minLower: 3, minUpper: 4, minNumeric: 5, minSpecial: 6 };
    const drawn = Array.from({ length: 50 }, () => resultOf(inputs));

    for (const one of drawn) {
      expect(one).toHaveLength(40);
      expect(one.replaceAll(/[^a-z]/g, "").length).toBeGreaterThanOrEqual(3);
      expect(one.replaceAll(/[^A-Z]/g, "").length).toBeGreaterThanOrEqual(4);
      expect(one.replaceAll(/[^0-9]/g, "").length).toBeGreaterThanOrEqual(5);
      expect(one.replaceAll(/[a-zA-Z0-9]/g, "").length).toBeGreaterThanOrEqual(6);
    }
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test("draw from no class that is switched off, and from the special characters given", () => {
    expect(resultOf({ length: 60, special: false, upper: false })).toMatch(/^[a-z0-9]{60}$/);
    expect(resultOf({ length: 60, lower: false, upper: false, numeric: false, overrideSpecial: "_-" })).toMatch(
      /^[_-]{60}$/,
    );
    expect(resultOf({ length: 60, number: false, special: false })).toMatch(/^[a-zA-Z]{60}$/);
  });

  test("put the characters of a class anywhere", () => {
    const rules = { length: 8, lower: true, upper: false, numeric: false, special: false, overrideSpecial: "" };
    const minima = { minLower: 0, minUpper: 0, minNumeric: 1, minSpecial: 0 };
    const places = new Set(Array.from({ length: 400 }, () => drawCharacters({ ...rules, ...minima }).search(/\d/)));

    expect([...places].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("are secret, and their id tells nothing", () => {
    expect(password.secretOutputs).toContain("result");
    expect(password.create({ length: 8 }).id).toBe("none");
  });

  test.each([
    [{}, "length", "found nothing, expected a whole number of at least 1"],
    [{ length: 0 }, "length", "found 0, expected a whole number of at least 1"],
    [{ length: "8" }, "length", 'found "8", expected a whole number of at least 1'],
    [
      { length: 3, minLower: 2, minUpper: 2 },
      "length",
      "found 3, expected at least 4, the sum of minLower, minUpper, minNumeric, minSpecial",
    ],
    [
      { length: 3, lower: false, upper: false, numeric: false, special: false },
      "lower",
      "at least one of lower, upper, numeric and special must be true",
    ],
  ])("%j is refused", (inputs, property, reason) => {
    expect(password.check(inputs)).toEqual([{ property, reason }]);
  });
});

describe("the others", () => {
  test("a string is its own id", () => {
    const created = text.create({ length: 12, special: false });

    expect(created.id).toBe(created.outputs["result"]);
    expect(created.id).toMatch(/^[a-zA-Z0-9]{12}$/);
    expect(text.secretOutputs).toEqual([]);
  });

  test("an id is the same bytes in each notation, with its prefix", () => {
    const { id: own, outputs } = id.create({ byteLength: 6, prefix: "p-" });
    const drawn = Buffer.from(own, "base64url");

    expect(drawn).toHaveLength(6);
    expect(outputs).toEqual({
      b64Std: `p-${drawn.toString("base64")}`,
      b64Url: `p-${own}`,
      dec: `p-${drawn.readUIntBE(0, 6)}`,
      hex: `p-${drawn.toString("hex")}`,
      byteLength: 6,
    });
  });

  test("bytes are secret in both notations", () => {
    const { outputs } = bytes.create({ length: 32 });

    expect(Buffer.from(outputs["hex"] as string, "hex")).toEqual(Buffer.from(outputs["base64"] as string, "base64"));
    expect(bytes.secretOutputs).toEqual(["base64", "hex"]);
  });

  test("a UUID is one", () => {
    expect(uuid.create({}).outputs["result"]).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("what is imported by its id gives the outputs of its like", () => {
    expect(id.adopt("p-,AQID").outputs).toMatchObject({ hex: "p-010203", byteLength: 3, prefix: "p-" });
    expect(password.adopt("known").outputs).toMatchObject({ result: "known", length: 5 });
    expect(bytes.adopt("AQID").outputs).toMatchObject({ hex: "010203", length: 3 });
  });

  test("a type that is missing is refused, with those that are not", () => {
    expect(() => randomResource("random:index/randomPet:RandomPet")).toThrow(
      /has no random:index\/randomPet:RandomPet.*RandomUuid/,
    );
  });
});

describe("a change", () => {
  const changed = (before: object, after: object, ignored: string[] = []) =>
    changedInputs(password, { before: { ...before }, after: { ...after }, ignored });

  test("of any input or keeper counts", () => {
    expect(changed({ length: 8, keepers: { a: "1" } }, { length: 9, keepers: { a: "2" } })).toEqual([
      "keepers",
      "length",
    ]);
  });

  test("from nothing to the default does not, nor does one that is to be ignored", () => {
    expect(changed({ length: 8 }, { length: 8, special: true, minLower: 0 })).toEqual([]);
    expect(changed({ length: 8 }, { length: 9 }, ["length"])).toEqual([]);
  });

  test("of secrecy alone does not; to something unknown does", () => {
    expect(changed({ length: 8, keepers: secret({ a: "1" }) }, { length: 8, keepers: { a: secret("1") } })).toEqual([]);
    expect(changed({ length: 8, keepers: { a: "1" } }, { length: 8, keepers: { a: unknown } })).toEqual(["keepers"]);
  });
});

test("marks of the wire are found at any depth", () => {
  expect(revealed({ a: [secret({ b: secret(1) })], c: null })).toEqual({ a: [{ b: 1 }], c: null });
  expect(isUnknown({ a: [{ b: unknown }] })).toBe(true);
  expect(isUnknown({ a: "04da6b54", b: null })).toBe(false);
});
