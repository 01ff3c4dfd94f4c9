import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { PatchbayError, type Problem } from "./problem.ts";

/** Largest document in bytes. A release is a few kilobytes; what is larger is a mistake or an attack. */
export const largestDocument = 256 * 1024;

/** Deepest nesting of a document; our formats need seven levels. */
const deepest = 32;

/** Most keys and values of a document, counted where aliases repeat them: whatever reads it afterwards stays quick. */
const mostValues = 20_000;

/** Most brackets, commas, quotes, escapes and lines of a document. Each of them can be an error, and the parser collects them all. */
const mostMarks = 50_000;

/** Anchors may be used, but not to blow a small file up into a large document. */
const mostAliases = 32;

/** Keys that could reach an object's prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads YAML 1.2 (core schema) into plain data.
 *
 * @throws PatchbayError `document-too-large` or `document-unreadable`: syntax, duplicate keys, tags, several documents in
 *   one file, too many aliases, too deep, keys that could reach a prototype, text that no file may hold.
 */
export function parseYaml(file: string, text: string): unknown {
  if (Buffer.byteLength(text) > largestDocument) throw tooLarge(file, Buffer.byteLength(text));
  const data = readYaml(file, text);
  const problem = guard(file, data);
  if (problem !== undefined) throw new PatchbayError([problem]);
  return data;
}

function readYaml(file: string, text: string): unknown {
  const hindrance = hindranceIn(text);
  if (hindrance !== undefined) throw new PatchbayError([unreadable(file, "", hindrance)]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    resolveKnownTags: false,
    // Ours instead, which does not compare each key with each other.
    uniqueKeys: false,
    stringKeys: true,
    // Pretty errors quote the source, once for each of perhaps thousands.
    prettyErrors: false,
    lineCounter: lines,
    logLevel: "error",
  });
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) {
    const { line, col } = lines.linePos(first.pos[0]);
    throw new PatchbayError([
      unreadable(file, "", `${explained(first.code, first.message)} (line ${String(line)}, column ${String(col)})`),
    ]);
  }
  const repeated = repeatedKey(document.contents, []);
  if (repeated !== undefined)
    throw new PatchbayError([
      unreadable(file, repeated.join("."), `the key ${JSON.stringify(repeated.at(-1))} a second time`),
    ]);
  try {
    return document.toJS({ maxAliasCount: mostAliases }) as unknown;
  } catch (error) {
    throw new PatchbayError([unreadable(file, "", explained("", (error as Error).message))]);
  }
}

/** What the parser should not even try: it recurses, and it collects errors. */
function hindranceIn(text: string): string | undefined {
  if ((text.match(/[[\]{},"'\\\n]/g)?.length ?? 0) > mostMarks)
    return `more than ${String(mostMarks)} brackets, commas, quotes, escapes and lines`;
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    if (depth > deepest) return tooDeep;
  }
  // "- - - x" nests as well, and "? ? ? x".
  return text.split("\n").some((line) => (/^[ ?-]*/.exec(line)?.[0].length ?? 0) > deepest * 16) ? tooDeep : undefined;
}

const tooDeep = `more than ${String(deepest)} levels deep`;

/** The parser's words, or ours where it speaks of its own insides. */
function explained(code: string, message: string): string {
  if (message.includes("call stack")) return tooDeep;
  if (code === "MULTIPLE_DOCS") return "a second document in the same file";
  if (code === "TAG_RESOLVE_FAILED") return message.replace("Unresolved tag: tag:yaml.org,2002:", "the tag !!");
  if (message.startsWith("Excessive alias count")) return `more than ${String(mostAliases)} uses of anchors`;
  if (message.startsWith("With stringKeys")) return "a key that is no text";
  return message;
}

function repeatedKey(node: Node | null, path: readonly string[]): readonly string[] | undefined {
  if (isSeq<Node>(node)) return firstOf(node.items, (item, index) => repeatedKey(item, [...path, String(index)]));
  if (!isMap<Node, Node | null>(node)) return undefined;
  const seen = new Set<string>();
  return firstOf(node.items, ({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : "";
    if (seen.has(name)) return [...path, name];
    seen.add(name);
    return repeatedKey(value, [...path, name]);
  });
}

function firstOf<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const result = find(item, index);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Says what makes data unsafe to work with, or nothing. Never shows a value: it may be secret. */
export function guard(file: string, data: unknown): Problem | undefined {
  let left = mostValues;
  const visit = (value: unknown, path: readonly string[]): Problem | undefined => {
    left -= 1;
    if (left < 0) return unreadable(file, "", `more than ${String(mostValues)} keys and values`);
    if (value === null || typeof value !== "object") {
      const fault = scalarFault(value);
      return fault === undefined ? undefined : unreadable(file, path.join("."), fault);
    }
    if (path.length >= deepest) return unreadable(file, path.slice(0, 4).join("."), tooDeep);
    for (const [key, child] of Object.entries(value)) {
      const fault = forbiddenKeys.has(key) ? "a key that scripts give a meaning of its own" : textFault(key);
      const problem =
        fault === undefined ? visit(child, [...path, key]) : unreadable(file, [...path, key].join("."), fault);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return visit(data, []);
}

function scalarFault(value: unknown): string | undefined {
  if (typeof value === "string") return textFault(value);
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "a number that is not finite";
  return value === null || value === undefined || typeof value === "boolean" ? undefined : `a ${typeof value}`;
}

function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "a text with a NUL character";
  return text.isWellFormed() ? undefined : "a text with half a UTF-16 surrogate pair";
}

function unreadable(file: string, path: string, found: string): Problem {
  return {
    code: "document-unreadable",
    file,
    path,
    found,
    expected: "a document in YAML 1.2 of plain maps, lists, texts and numbers",
    remedy: "mend the file; docs/reference shows the format",
  };
}

function tooLarge(file: string, bytes: number): PatchbayError {
  return new PatchbayError([
    {
      code: "document-too-large",
      file,
      path: "",
      found: `${String(bytes)} bytes`,
      expected: `at most ${String(largestDocument)} bytes`,
      remedy:
        "see whether this is the right file; large files such as contracts lie beside the release, in the folder named after its version",
    },
  ]);
}
