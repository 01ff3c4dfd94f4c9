import { phraseKey, rulesKey, type Schema } from "./json-schema.ts";
import { type CommonRules, ownRules } from "./rules.ts";

/** A heading of a page, its text, and the table of the fields there. */
interface Section {
  readonly path: string;
  /** What tells the forms of a choice apart, such as `service: http`. */
  readonly form: string;
  readonly schema: Schema;
}

/** Markdown of a schema: a table of its fields, then a section for each of its parts, under headings of level 3. */
export function fieldSections(schema: Schema, common: CommonRules, path = ""): string {
  const sections = path === "" ? sectionsBelow(schema, path) : sectionsOf(schema, path);
  const root = path === "" ? [fieldTable({ path, form: "", schema }, common)] : [];
  // Several forms of a choice may share a part, such as the network of a service.
  return [...new Set([...root, ...sections.map((part) => section(part, common))])].join("\n\n");
}

function section(part: Section, common: CommonRules): string {
  const { description, [rulesKey]: rules = [] } = part.schema;
  const text = [
    ...(description === undefined ? [] : [description]),
    ...(rules.length === 0 ? [] : [`It has ${rules.join("; ")}.`]),
  ];
  return [`### ${title(part)}`, ...text, fieldTable(part, common)].join("\n\n");
}

function title({ path, form }: Section): string {
  return form === "" ? `\`${path}\`` : `\`${path}\` with \`${form}\``;
}

function fieldTable({ path, form, schema }: Section, common: CommonRules): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {})
    .filter(([name]) => !form.startsWith(`${name}: `))
    .map(([name, field]) => {
      const at = path === "" ? name : `${path}.${name}`;
      return [`\`${name}\``, valueOf(field, at, common), presence(field, required.has(name)), field.description ?? ""];
    });
  return rows.length === 0 ? "No further fields." : table(["field", "value", "default", "meaning"], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function presence(field: Schema, required: boolean): string {
  if (required) return "**required**";
  const { default: value } = field;
  if (value === undefined || isEmpty(value)) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** What may stand there; a link where it has a section of its own. */
function valueOf(field: Schema, path: string, common: CommonRules): string {
  const sections = sectionsOf(field, path);
  const [first] = sections;
  if (first !== undefined) return `[${kindOf(field)}](#${anchor(first)})`;
  return simpleValue(field, common);
}

function simpleValue(field: Schema, common: CommonRules): string {
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(", ");
  if (field.items !== undefined) return `list: ${simpleValue(field.items, common)}`;
  if (typeof field.additionalProperties === "object")
    return `map: ${simpleValue(field.propertyNames ?? {}, common)} to ${simpleValue(field.additionalProperties, common)}`;
  const phrase = field[phraseKey];
  if (phrase !== undefined) return [phrase, ...ownRules(field, common)].join("; ");
  if (field.type === "boolean") return "`true`, `false`";
  if (field.type === "integer") return `whole number from ${String(field.minimum)} to ${String(field.maximum)}`;
  return field.type === "string" ? "text" : (field.type ?? "");
}

function kindOf(field: Schema): string {
  if (field.items !== undefined) return "list";
  return (field.oneOf?.length ?? 0) > 1 ? "one of several forms" : "map";
}

function sectionsBelow(schema: Schema, path: string): Section[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    sectionsOf(field, path === "" ? name : `${path}.${name}`),
  );
}

/** The sections that a field gives rise to: its own where it is a map with known keys, and those below it. */
function sectionsOf(field: Schema, path: string): Section[] {
  if (field.items !== undefined) return sectionsOf(field.items, `${path}[]`);
  if (typeof field.additionalProperties === "object") return sectionsOf(field.additionalProperties, `${path}.<name>`);
  if (field.oneOf !== undefined) return field.oneOf.flatMap((form) => formSections(form, path));
  if (field.properties === undefined) return [];
  return [{ path, form: "", schema: field }, ...sectionsBelow(field, path)];
}

function formSections(schema: Schema, path: string): Section[] {
  const chooser = Object.entries(schema.properties ?? {}).find(
    ([, { const: value, enum: values }]) => value !== undefined || values !== undefined,
  );
  const form = chooser === undefined ? "" : `${chooser[0]}: ${chooser[1].const ?? chooser[1].enum?.join(" | ") ?? ""}`;
  return [{ path, form, schema }, ...sectionsBelow(schema, path)];
}

function anchor({ path, form }: Section): string {
  return slug(form === "" ? path : `${path} with ${form}`);
}

/** What the phrases in the tables mean exactly. */
export function phraseTable(common: CommonRules): string {
  const rows = [...common]
    .filter(([, rules]) => rules.length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([phrase, rules]) => [phrase, rules.join("; ")]);
  return table(["value", "exactly"], rows);
}

/** The fragment that GitHub gives a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
