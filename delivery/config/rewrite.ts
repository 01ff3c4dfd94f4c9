import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  stringify,
} from "yaml";

/** Replaces the text from `start` to `end`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Data = Readonly<Record<string, unknown>>;

/**
 * Lines are never folded. Texts that YAML 1.1 takes for something else, such as times, stand in quotes: Pulumi's parser knows some of
 * its types.
 */
const format = { lineWidth: 0, compat: "yaml-1.1" } as const;

/**
 * Makes the `config` of a stack's file say something else. What stays the same keeps every byte: comments, order, quotes. Entries
 * that come in go to the end of their map.
 */
export function rewriteConfig(text: string, config: Data): string {
  const ended = text.endsWith("\n") || text === "" ? text : `${text}\n`;
  const document = read(ended);
  const node = document.get("config", true);
  const edited = isMap(node) ? apply(ended, new Rewriter(ended, document).edits(node, config, false)) : ended;
  // Anchors, merge keys and what else a file may hold: comments are lost then, the content never.
  return says(edited, config) ? edited : rendered(document, config);
}

function says(text: string, config: Data): boolean {
  return read(text).errors.length === 0 && isDeepStrictEqual(configIn(text), config);
}

/** `config` of a stack's file as plain data, ciphertext as `{ secure }`. */
export function configIn(text: string): Data {
  const { config } = (read(text).toJS() ?? {}) as { readonly config?: Data | null };
  return config ?? {};
}

function read(text: string): Document {
  return parseDocument(text, {
    version: "1.2",
    schema: "core",
    compat: "yaml-1.1",
    stringKeys: true,
    logLevel: "error",
  });
}

function rendered(document: Document, config: Data): string {
  document.set("config", config);
  return document.toString(format);
}

/** From the end to the beginning, so that each position still holds; an outer map's new entry comes after an inner one's. */
function apply(text: string, edits: readonly Edit[]): string {
  return edits
    .map((edit, index) => ({ ...edit, index }))
    .sort((a, b) => b.start - a.start || b.end - a.end || b.index - a.index)
    .reduce((rest, { start, end, text: piece }) => rest.slice(0, start) + piece + rest.slice(end), text);
}

/** Finds the fewest edits that make a node say something else. */
class Rewriter {
  readonly #text: string;
  readonly #document: Document;

  constructor(text: string, document: Document) {
    this.#text = text;
    this.#document = document;
  }

  edits(node: Node, wanted: unknown, inFlow: boolean): Edit[] {
    if (isDeepStrictEqual(node.toJS(this.#document), wanted)) return [];
    const flow = inFlow || (isCollection(node) && node.flow === true);
    if (isSeq<Node>(node) && Array.isArray(wanted) && wanted.length === node.items.length)
      return node.items.flatMap((item, index) => this.edits(item, wanted[index], flow));
    if (isMap<Scalar, Node | null>(node) && isData(wanted))
      return this.#mapEdits(node.items, wanted, flow) ?? [this.#replacement(node, wanted, flow)];
    return [this.#replacement(node, wanted, flow)];
  }

  /** Edits inside a map; nothing where it has to be replaced as a whole. */
  #mapEdits(pairs: readonly Pair<Scalar, Node | null>[], wanted: Data, flow: boolean): Edit[] | undefined {
    const names = pairs.map(({ key }) => String(key.value));
    const added = Object.entries(wanted).filter(([name]) => !names.includes(name));
    const kept = pairs.filter((_, index) => Object.hasOwn(wanted, names[index] ?? ""));
    const changed = kept.length < pairs.length || added.length > 0;
    const last = pairs.at(-1);
    if ((changed && flow) || kept.length === 0 || last === undefined) return undefined;
    const edits: Edit[] = [];
    for (const pair of pairs) {
      const value = wanted[String(pair.key.value)];
      const own = kept.includes(pair) ? this.#valueEdits(pair, value, flow) : this.#removal(pair);
      if (own === undefined) return undefined;
      edits.push(...own);
    }
    const column = this.#column(last.key);
    if (added.length > 0) edits.push(this.#addition(last, Object.fromEntries(added), column));
    return edits;
  }

  #valueEdits({ key, value }: Pair<Scalar, Node | null>, wanted: unknown, flow: boolean): Edit[] | undefined {
    if (value?.range) return this.edits(value, wanted, flow);
    // `key:` without a value.
    return key.range && wanted === null ? [] : undefined;
  }

  #removal(pair: Pair<Scalar, Node | null>): Edit[] | undefined {
    const start = startOf(pair.key) - this.#column(pair.key);
    // A map that begins behind a dash shares its line.
    if (this.#text.slice(start, startOf(pair.key)).trim() !== "") return undefined;
    return [{ start, end: this.#nextLine(pair), text: "" }];
  }

  #addition(last: Pair<Scalar, Node | null>, entries: Data, column: number): Edit {
    const position = this.#nextLine(last);
    return { start: position, end: position, text: indented(stringify(entries, format), column) };
  }

  #replacement(node: Node, wanted: unknown, flow: boolean): Edit {
    const [start, end] = node.range ?? [0, 0];
    const old = isScalar(node) ? node.type : undefined;
    return { start, end, text: inline(wanted, flow, old) };
  }

  /** Where the line after a pair begins. */
  #nextLine({ key, value }: Pair<Scalar, Node | null>): number {
    const end = value?.range?.[1] ?? key.range?.[1] ?? 0;
    if (this.#text[end - 1] === "\n") return end;
    const newline = this.#text.indexOf("\n", end);
    return newline < 0 ? this.#text.length : newline + 1;
  }

  #column(key: Scalar): number {
    const start = startOf(key);
    return start - (this.#text.lastIndexOf("\n", start - 1) + 1);
  }
}

function startOf({ range }: Scalar): number {
  return range?.[0] ?? 0;
}

/** A value on one line: a text in the quotes that the one before it had, a collection in braces. */
function inline(value: unknown, flow: boolean, style: Scalar["type"]): string {
  const scalar = new Scalar(value);
  if (style !== undefined && typeof value === "string" && !style.startsWith("BLOCK")) scalar.type = style;
  if (style?.startsWith("BLOCK") === true) scalar.type = "QUOTE_DOUBLE";
  const content = isData(value) || Array.isArray(value) ? value : scalar;
  if (!flow && content === scalar) return stringify(scalar, format).trimEnd();
  const list = new Document([content], { version: "1.2", schema: "core", compat: "yaml-1.1" });
  if (isCollection(list.contents)) list.contents.flow = true;
  return list
    .toString({ ...format, flowCollectionPadding: true })
    .trim()
    .slice(1, -1)
    .trim();
}

function indented(text: string, column: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(column));
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
