import { phraseKey, rulesKey, type Schema } from "./json-schema.ts";

/** What each phrase always means; a field may ask for more. */
export type CommonRules = ReadonlyMap<string, readonly string[]>;

/** The rules that all values of a phrase share, wherever it stands in the schemas. */
export function commonRules(schemas: readonly Schema[]): CommonRules {
  const common = new Map<string, readonly string[]>();
  for (const { [phraseKey]: phrase, [rulesKey]: rules = [] } of schemas.flatMap(nodes)) {
    if (phrase === undefined) continue;
    const before = common.get(phrase);
    common.set(phrase, before === undefined ? rules : before.filter((rule) => rules.includes(rule)));
  }
  return common;
}

/** What a field asks for beyond its phrase. */
export function ownRules(schema: Schema, common: CommonRules): readonly string[] {
  const { [phraseKey]: phrase = "", [rulesKey]: rules = [] } = schema;
  return rules.filter((rule) => common.get(phrase)?.includes(rule) !== true);
}

/** A schema and all schemas in it. */
function nodes(schema: Schema): Schema[] {
  const { properties = {}, additionalProperties, propertyNames, items, oneOf = [], anyOf = [] } = schema;
  const below = [...Object.values(properties), additionalProperties, propertyNames, items, ...oneOf, ...anyOf];
  return [schema, ...below.filter((part) => typeof part === "object").flatMap(nodes)];
}
