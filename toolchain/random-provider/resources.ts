import { randomBytes, randomUUID } from "node:crypto";
import { type CharacterRules, drawCharacters } from "./characters.ts";
import type { Properties } from "./wire.ts";

/** What is wrong with an input; `property` is its name. */
export interface InputFailure {
  readonly property: string;
  readonly reason: string;
}

/** One resource of the random provider, as version 4.21 of its schema has it. Every change of an input replaces it. */
export interface RandomResource {
  readonly inputs: readonly string[];
  /** Values of inputs that are left out. */
  readonly defaults: Properties;
  readonly secretOutputs: readonly string[];
  check(inputs: Properties): InputFailure[];
  create(inputs: Properties): { id: string; outputs: Properties };
  /** What `pulumi import` reads of an id. */
  adopt(id: string): { id: string; outputs: Properties };
}

const CHARACTER_INPUTS = [
  ...["keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper"],
  ...["number", "numeric", "overrideSpecial", "special", "upper"],
];

const characterDefaults = {
  ...{ lower: true, upper: true, numeric: true, special: true },
  ...{ minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 },
};

const resources: Readonly<Record<string, RandomResource>> = {
  "random:index/randomPassword:RandomPassword": {
    inputs: CHARACTER_INPUTS,
    defaults: characterDefaults,
    secretOutputs: ["result", "bcryptHash"],
    check: checkCharacters,
    create: (inputs) => ({ id: "none", outputs: characterOutputs(inputs) }),
    adopt: (id) => ({ id: "none", outputs: { ...characterDefaults, length: id.length, result: id } }),
  },
  "random:index/randomString:RandomString": {
    inputs: CHARACTER_INPUTS,
    defaults: characterDefaults,
    secretOutputs: [],
    check: checkCharacters,
    create: (inputs) => {
      const outputs = characterOutputs(inputs);
      return { id: outputs.result, outputs };
    },
    adopt: (id) => ({ id, outputs: { ...characterDefaults, length: id.length, result: id } }),
  },
  "random:index/randomId:RandomId": {
    inputs: ["byteLength", "keepers", "prefix"],
    defaults: {},
    secretOutputs: [],
    check: (inputs) => atLeastOne(inputs, "byteLength"),
    create: (inputs) => idOutputs(randomBytes(inputs["byteLength"] as number), stringOr(inputs["prefix"], "")),
    adopt: (id) => {
      const [encoded = "", prefix = ""] = id.split(",").reverse();
      const adopted = idOutputs(Buffer.from(encoded, "base64url"), prefix);
      return { id: adopted.id, outputs: { ...adopted.outputs, ...(prefix && { prefix }) } };
    },
  },
  "random:index/randomBytes:RandomBytes": {
    inputs: ["keepers", "length"],
    defaults: {},
    secretOutputs: ["base64", "hex"],
    check: (inputs) => atLeastOne(inputs, "length"),
    create: (inputs) => ({ id: "none", outputs: bytesOutputs(randomBytes(inputs["length"] as number)) }),
    adopt: (id) => ({ id: "none", outputs: bytesOutputs(Buffer.from(id, "base64")) }),
  },
  "random:index/randomUuid:RandomUuid": {
    inputs: ["keepers"],
    defaults: {},
    secretOutputs: [],
    check: () => [],
    create: () => {
      const result = randomUUID();
      return { id: result, outputs: { result } };
    },
    adopt: (id) => ({ id, outputs: { result: id } }),
  },
};

/** @throws where the stand-in lacks the type. */
export function randomResource(type: string): RandomResource {
  const resource = resources[type];
  if (resource) return resource;
  throw new Error(
    `Patchbay's stand-in for the random provider has no ${type}: it offers ${Object.keys(resources).join(", ")}; ` +
      "where the official plugin can be downloaded, it is used instead",
  );
}

function characterRules(inputs: Properties): CharacterRules {
  const numeric = inputs["numeric"] ?? inputs["number"] ?? true;
  return { overrideSpecial: "", ...characterDefaults, ...defined(inputs), numeric } as CharacterRules;
}

function characterOutputs(inputs: Properties) {
  const rules = characterRules(inputs);
  // `number` is the old name of `numeric`; the official provider fills in both.
  return { ...characterDefaults, numeric: rules.numeric, number: rules.numeric, result: drawCharacters(rules) };
}

function checkCharacters(inputs: Properties): InputFailure[] {
  const failures = atLeastOne(inputs, "length");
  if (failures.length > 0) return failures;
  const rules = characterRules(inputs);
  const least = rules.minLower + rules.minUpper + rules.minNumeric + rules.minSpecial;
  if (rules.length < least) {
    failures.push({
      property: "length",
      reason: `found ${rules.length}, expected at least ${least}, the sum of minLower, minUpper, minNumeric, minSpecial`,
    });
  }
  if (!(rules.lower || rules.upper || rules.numeric || rules.special) && rules.length > least) {
    failures.push({ property: "lower", reason: "at least one of lower, upper, numeric and special must be true" });
  }
  return failures;
}

function atLeastOne(inputs: Properties, property: string): InputFailure[] {
  const value = inputs[property];
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return [];
  const found = value === undefined ? "nothing" : JSON.stringify(value);
  return [{ property, reason: `found ${found}, expected a whole number of at least 1` }];
}

function idOutputs(bytes: Buffer, prefix: string) {
  const b64Url = bytes.toString("base64url");
  const outputs = {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + b64Url,
    dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    hex: prefix + bytes.toString("hex"),
    byteLength: bytes.length,
  };
  return { id: b64Url, outputs };
}

function bytesOutputs(bytes: Buffer): Properties {
  return { base64: bytes.toString("base64"), hex: bytes.toString("hex"), length: bytes.length };
}

function stringOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function defined(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null));
}
