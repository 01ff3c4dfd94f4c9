/** How the Pulumi engine writes values that JSON lacks, inside a `google.protobuf.Struct`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Readonly<Record<string, unknown>>;

export function secret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value };
}

/** The value without its marks of secrecy, at any depth. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Properties;
  if (fields[SIGNATURE] === SECRET) return revealed(fields["value"]);
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, revealed(field)]));
}

/** True for a value that is known only after an update, wherever in it that is. */
export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
}
