import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Problem } from "../problem.ts";

type Issue = z.core.$ZodIssue;

export interface Place {
  readonly file: string;
  /** Path of the checked data in the file, such as `patchbay:environment`. */
  readonly path: string;
  /** Set where the data holds secrets: no value of it is shown then. */
  readonly secret?: boolean;
}

export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: undefined; readonly problems: readonly Problem[] };

/** Checks plain data against a schema; every violation becomes a problem, and an unknown key names the nearest known one. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  place: Place,
): Checked<z.output<Schema>> {
  const result = schema.safeParse(data, { error: expectation });
  if (result.success) return { value: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => describe(issue, data, place));
  // A union reports a shared mistake once per member.
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return { value: undefined, problems: [...unique.values()] };
}

/** Completes "expected …" where the schema itself does not say it. */
function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return knownKeys(issue.inst).join(", ");
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return "options" in issue ? oneOf(issue.options as unknown[]) : "another form";
    case "too_big":
      return `at most ${String(issue.maximum)} ${sizes[issue.origin] ?? ""}`.trimEnd();
    case "too_small":
      return `at least ${String(issue.minimum)} ${sizes[issue.origin] ?? ""}`.trimEnd();
    case "invalid_type":
      return kinds[issue.expected] ?? `a ${issue.expected}`;
    default:
      return "another value";
  }
}

const choice = "one of ";

function oneOf(values: readonly unknown[]): string {
  const texts = values.map(String).join(", ");
  return values.length === 1 ? texts : choice + texts;
}

const kinds: Partial<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "a text (in quotes, where it looks like a number)",
  int: "a whole number",
  boolean: "true or false",
};

const sizes: Partial<Record<string, string>> = {
  string: "characters",
  array: "entries",
  map: "entries",
  set: "entries",
  record: "entries",
};

function knownKeys(schema: unknown): string[] {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return Object.keys(shape ?? {});
}

function describe(issue: Issue, data: unknown, place: Place): Problem[] {
  const at = (path: readonly PropertyKey[]) =>
    [place.path, ...path.map((key) => short(String(key)))].filter((part) => part !== "").join(".");
  const base = { code: "schema-violation", file: place.file } as const;
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ").filter((key) => key !== "");
    return issue.keys.map((key) => ({
      ...base,
      path: at([...issue.path, key]),
      found: `the unknown key ${quote(key)}`,
      expected: `one of ${issue.message}`,
      remedy: unknownKeyRemedy(key, known),
    }));
  }
  if (issue.code === "invalid_key") {
    const expected = [...new Set(issue.issues.map(({ message }) => message))].join("; ");
    const key = String(issue.path.at(-1));
    return [{ ...base, path: at(issue.path), found: `the key ${quote(key)}`, expected, remedy: "rename it" }];
  }
  if (issue.code === "invalid_union" && issue.errors.some((errors) => errors.length > 0)) {
    const expected = [...new Set(issue.errors.flat().map(({ message }) => message))].join(", or ");
    return [
      {
        ...base,
        path: at(issue.path),
        found: found(data, issue.path, place.secret),
        expected: issue.message === "another form" ? expected : issue.message,
        remedy: "mend the value",
      },
    ];
  }
  const actual = found(data, issue.path, place.secret);
  return [
    {
      ...base,
      path: at(issue.path),
      found: actual,
      expected: issue.message,
      remedy: remedyFor(actual, issue.message),
    },
  ];
}

function remedyFor(actual: string, expected: string): string {
  if (actual === "nothing") return "add it";
  if (!expected.startsWith(choice) || !actual.startsWith('"')) return "mend the value";
  const nearest = nearestTo(actual.slice(1, -1), expected.slice(choice.length).split(", "));
  return nearest === undefined ? "mend the value" : `did you mean ${nearest}?`;
}

function unknownKeyRemedy(key: string, known: readonly string[]): string {
  const nearest = nearestTo(key, known);
  return nearest === undefined ? "remove it" : `did you mean ${nearest}?`;
}

/** The candidate that a misspelt word most likely meant, or nothing where none is near. */
export function nearestTo(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > longestShown) return undefined;
  const nearest = closest(
    word.toLowerCase(),
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  const original = candidates.find((candidate) => candidate.toLowerCase() === nearest);
  // Of a word of three letters two may not differ: hardly anything would be left of it.
  const most = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return distance(word.toLowerCase(), nearest) <= most ? original : undefined;
}

/** What stands at a path, short enough for a line; of a secret, only its kind. */
function found(data: unknown, path: readonly PropertyKey[], secret = false): string {
  let value = data;
  for (const key of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return "nothing";
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${String(value.length)}`;
  if (typeof value === "object") return "a map";
  if (secret)
    return value === "" ? "an empty text" : `a ${typeof value === "string" ? "text" : typeof value} (not shown)`;
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${String(value)}`;
  return typeof value === "string" ? quote(value) : `a ${typeof value}`;
}

const longestShown = 120;

/** A text in quotes, on one line, cut where it is long; user and password of a URL are left out. */
export function quote(text: string): string {
  return JSON.stringify(short(withoutUser(text)));
}

function withoutUser(text: string): string {
  const [scheme, at] = [text.indexOf("://"), text.lastIndexOf("@")];
  return scheme < 0 || at < scheme ? text : `${text.slice(0, scheme)}://…${text.slice(at)}`;
}

function short(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
