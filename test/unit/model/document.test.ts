import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { largestDocument, PatchbayError, parseYaml } from "../../../model/index.ts";
import { message, refusal } from "../../support/problems.ts";

const file = "catalog/seo/1.0.0.yaml";

function refused(text: string): string {
  return refusal(() => parseYaml(file, text)).message;
}

function unreadable(found: string, path = ""): string {
  return message(
    path === "" ? file : `${file}: ${path}`,
    found,
    "a document in YAML 1.2 of plain maps, lists, texts and numbers",
    "mend the file; docs/reference shows the format",
  );
}

test.each([
  [
    "maps, lists, texts and numbers",
    "a: [1, x, 1.5, true, null]\nb:\n  - {c: '2.4.1'}\n",
    { a: [1, "x", 1.5, true, null], b: [{ c: "2.4.1" }] },
  ],
  ["JSON", '{"a": ["b"]}', { a: ["b"] }],
  ["words that YAML 1.1 took for truth, even when asked to", "%YAML 1.1\n---\na: yes\nb: 010", { a: "yes", b: 10 }],
  ["a byte order mark", "\ufeffa: 1", { a: 1 }],
  ["an anchor that is used", "a: &x [1]\nb: *x", { a: [1], b: [1] }],
  ["a merge key as any other key", "a: {<<: {b: 1}}", { a: { "<<": { b: 1 } } }],
  ["a key that looks like a number", "1: a", { "1": "a" }],
  ["names of inherited members", "toString: a\nvalueOf: b", { toString: "a", valueOf: "b" }],
  ["nothing", "", null],
])("reads %s", (_, text, data) => {
  expect(parseYaml(file, text)).toEqual(data);
});

test.each([
  ["a syntax error", "a: [1", /^Flow sequence in block collection must be|^Expected flow sequence/],
  ["an escape that is none", 'a: "\\q"', /^Invalid escape sequence \\q \(line 1, column 5\)$/],
])("says where %s is", (_, text, found) => {
  const [problem, ...others] = refusal(() => parseYaml(file, text)).problems;

  expect(problem?.found).toMatch(found);
  expect(problem?.found).toMatch(/\(line \d+, column \d+\)$/);
  expect(others).toEqual([]);
});

test.each([
  ["a key twice", "a:\n  b: 1\n  b: 2", 'the key "b" a second time', "a.b"],
  ["a key twice, in quotes", '{x: [{b: 1, "b": 2}]}', 'the key "b" a second time', "x.0.b"],
  ["two documents", "a: 1\n---\nb: 2", "a second document in the same file (line 2, column 1)", ""],
  ["a tag of a script", "a: !!js/function 'x'", "the tag !!js/function (line 1, column 4)", ""],
  ["binary data", "a: !!binary aGk=", "the tag !!binary (line 1, column 4)", ""],
  ["a key that is no text", "? [a]\n: 1", "a key that is no text (line 1, column 3)", ""],
  ["__proto__", "a: {__proto__: {admin: true}}", "a key that scripts give a meaning of its own", "a.__proto__"],
  ["constructor", "constructor: {prototype: {x: 1}}", "a key that scripts give a meaning of its own", "constructor"],
  ["an alias of itself", "a: &a [*a]", "more than 32 levels deep", "a.0.0.0"],
  ["more aliases than anybody needs", `a: &a x\nb: [${"*a,".repeat(40)}]`, "more than 32 uses of anchors", ""],
  ["a NUL character", 'a: "x\\0y"', "a text with a NUL character", "a"],
  ["a NUL character in a key", '"x\\0y": 1', "a text with a NUL character", "x\\u{0}y"],
  ["half a surrogate pair, escaped", 'a: "\\uD800"', "a text with half a UTF-16 surrogate pair", "a"],
  ["half a surrogate pair", "a: \udc00", "a text with half a UTF-16 surrogate pair", "a"],
  ["a number that is none", "a: .nan", "a number that is not finite", "a"],
  ["a number beyond all", "a: [1e999]", "a number that is not finite", "a.0"],
])("refuses %s", (_, text, found, path) => {
  expect(refused(text)).toBe(unreadable(found, path));
});

describe("a hostile document is refused soon", () => {
  const room = largestDocument - 64;
  const fill = (text: string) => text.repeat(Math.floor(room / text.length));
  const count = (part: (index: number) => string) => {
    let text = "";
    for (let index = 0; text.length + part(index).length < room; index += 1) text += part(index);
    return text;
  };
  const bomb = ["a", "b", "c", "d", "e", "f", "g", "h"].map(
    (name, index, all) => `${name}: &${name} [${`*${all[index - 1] ?? "x"},`.repeat(9)}]`,
  );

  test.each([
    ["keys without end", count((i) => `k${String(i)}: 1\n`)],
    ["keys without end on one line", `{${count((i) => `k${String(i)},`)}`],
    ["a list without end", `[${fill("1,")}]`],
    ["opening brackets", fill("[")],
    ["opening braces", fill("{a: ")],
    ["closing brackets", fill("]")],
    ["nesting hidden by closing brackets in texts", fill('["]",')],
    ["nesting hidden by a comment", `# ${"]".repeat(10_000)}\n${"[".repeat(10_000)}`],
    ["dashes", fill("- ")],
    ["question marks", fill("? ")],
    ["commas", `[${fill(",")}]`],
    ["quotes", fill('"')],
    ["bad escapes", `a: "${fill("\\q")}"`],
    ["a list where none may stand", fill("a: - ")],
    ["colons", fill(": ")],
    ["indentation", count((i) => `${" ".repeat(i)}a:\n`)],
    ["documents", fill("---\n")],
    ["directives", fill("%TAG ! x\n")],
    ["tags", count((i) => `- !t${String(i)} x\n`)],
    ["anchors", count((i) => `- &a${String(i)} x\n`)],
    ["an alias bomb", `x: &x 1\n${bomb.join("\n")}`],
    ["aliases of a long list", `a: &a [${"x,".repeat(9000)}]\nb: [*a,*a,*a,*a]`],
    ["stars", fill("*")],
    ["exclamation marks", fill("!")],
    ["NUL characters", fill("\0")],
  ])("%s", { timeout: 10_000 }, (_, text) => {
    const error = refusal(() => parseYaml(file, text));

    expect(error.problems.map(({ code }) => code)).toEqual(["document-unreadable"]);
    expect(error.message.length).toBeLessThan(5000);
    expect(error.message).not.toContain("call stack");
  });
});

test("a document may have 256 KiB and no byte more, counted as UTF-8", () => {
  const text = (bytes: number) => `# ${"é".repeat((bytes - 2) / 2)}`;

  expect(parseYaml(file, text(largestDocument))).toBeNull();
  expect(refused(text(largestDocument + 2))).toBe(
    message(
      file,
      "262146 bytes",
      "at most 262144 bytes",
      "see whether this is the right file; large files such as contracts lie beside the release, in the folder named after its version",
    ),
  );
});

test("any text is read as plain data, or refused with a PatchbayError", () => {
  const yamlish = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "a",
          ":",
          " ",
          "\n",
          "- ",
          "[",
          "]",
          "{",
          "}",
          ",",
          '"',
          "'",
          "&a",
          "*a",
          "!!",
          "|",
          ">",
          "#",
          "%",
          "---",
          "? ",
          "\t",
          "\\",
          "1",
        ),
        fc.string({ unit: "binary", maxLength: 3 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(yamlish, (text) => {
      const json = JSON.stringify(attempt(() => parseYaml(file, text)) ?? null);

      expect(JSON.stringify(JSON.parse(json))).toBe(json);
    }),
    { numRuns: 2000 },
  );
});

test("whatever is JSON reads back as it is, or holds what no document may", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
      const read = attempt(() => parseYaml(file, JSON.stringify(data)));

      if (read === undefined) expect(JSON.stringify(data)).toMatch(/\\u|__proto__|constructor|prototype/);
      else expect(read).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

/** The result, or nothing where a PatchbayError was thrown; any other error passes. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof PatchbayError) return undefined;
    throw error;
  }
}
