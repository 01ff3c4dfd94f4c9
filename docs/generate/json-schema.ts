import { z } from "zod";

/** A node of a JSON Schema, draft 7: the newest draft that yaml-language-server and ajv 6 both read. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What an editor says where the pattern does not match (yaml-language-server, VS Code). */
  readonly patternErrorMessage?: string;
  /** What the value is, in the words of the resolver's errors. Ours; {@link editorSchema} removes it, and the next one. */
  readonly [phraseKey]?: string;
  /** What exactly it must be, where the phrase does not say it all. */
  readonly [rulesKey]?: readonly string[];
}

export const phraseKey = "x-patchbay-phrase";
export const rulesKey = "x-patchbay-rules";

/** The parts of a zod schema that a message comes from. */
interface Definition {
  readonly error?: ((issue: never) => unknown) | undefined;
  readonly checks?: readonly { readonly _zod: { readonly def: Definition } }[] | undefined;
}

/** JSON Schema of what a user writes, before defaults, with the phrases that the resolver's errors use. */
export function describedSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      // Formats of zod's own; the patterns beside them say the same.
      delete jsonSchema.format;
      const said = phrasesOf(zodSchema._zod.def);
      // A map is a map: what its schema says are rules.
      const [phrase, ...rules] = jsonSchema.type === "object" ? [undefined, ...said] : said;
      if (phrase !== undefined) jsonSchema[phraseKey] = phrase;
      if (rules.length > 0) jsonSchema[rulesKey] = rules;
      if (jsonSchema.pattern !== undefined && phrase !== undefined)
        jsonSchema.patternErrorMessage = `expected ${rules.length > 0 ? rules.join("; ") : phrase}`;
    },
  }) as Schema;
}

/** What a schema and its checks say they expect, each once. */
function phrasesOf({ error, checks = [] }: Definition): string[] {
  const said = [error, ...checks.map((check) => check._zod.def.error)].map((say) =>
    say?.({ code: "invalid_type" } as never),
  );
  return [...new Set(said.filter((phrase) => typeof phrase === "string"))];
}

/** The schema as editors get it. */
export function editorSchema(schema: Schema): unknown {
  const ours: readonly string[] = [phraseKey, rulesKey];
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (ours.includes(key) ? undefined : value)),
  ) as unknown;
}
