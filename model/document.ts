import { parseDocument } from "yaml";
import { PatchbayError, type Problem } from "./problem.ts";

/** Largest document in bytes. A release is a few kilobytes; what is larger is a mistake or an attack. */
export const largestDocument = 256 * 1024;

/** Deepest nesting of a document; our formats need seven levels. */
const deepest = 32;

/** Anchors may be used, but not to blow a small file up into a large document. */
const mostAliases = 32;

/** Keys that could reach an object's prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads YAML 1.2 (core schema) into plain data.
 *
 * @throws PatchbayError `document-too-large` or `document-unreadable`: syntax, duplicate keys, unknown tags, too many
 *   aliases, too deep, keys that could reach a prototype.
 */
export function parseYaml(file: string, text: string): unknown {
  if (Buffer.byteLength(text) > largestDocument) throw tooLarge(file, Buffer.byteLength(text));
  const data = readYaml(file, text);
  const problem = guard(file, data);
  if (problem !== undefined) throw new PatchbayError([problem]);
  return data;
}

function readYaml(file: string, text: string): unknown {
  try {
    // Nesting is counted on the text first: the parser recurses, and would run out of stack before it could complain.
    if (nestsTooDeep(text)) throw new Error(`more than ${String(deepest)} levels deep`);
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      uniqueKeys: true,
      stringKeys: true,
      logLevel: "silent",
    });
    const [first] = [...document.errors, ...document.warnings];
    if (first !== undefined) throw new Error(first.message.split("\n")[0]?.replace(/:$/, "") ?? "no YAML");
    return document.toJS({ maxAliasCount: mostAliases }) as unknown;
  } catch (error) {
    throw new PatchbayError([unreadable(file, "", (error as Error).message)]);
  }
}

function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > deepest) return true;
  }
  return text.split("\n").some((line) => /^[\s?-]*/.exec(line)![0].length > deepest * 16);
}

/** Says what makes plain data unsafe to work with, or nothing. */
export function guard(file: string, data: unknown, path: readonly string[] = []): Problem | undefined {
  if (data === null || typeof data !== "object") return undefined;
  if (path.length >= deepest)
    return unreadable(file, path.slice(0, 4).join("."), `more than ${String(deepest)} levels deep`);
  for (const [key, value] of Object.entries(data)) {
    if (forbiddenKeys.has(key)) return unreadable(file, [...path, key].join("."), `the key ${key}`);
    const problem = guard(file, value, [...path, key]);
    if (problem !== undefined) return problem;
  }
  return undefined;
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
