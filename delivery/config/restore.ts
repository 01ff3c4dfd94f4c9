import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../record/index.ts";

type Data = Readonly<Record<string, unknown>>;

export interface RestoreArgs {
  /** Name of the Pulumi project: the namespace of keys that name none. */
  readonly project: string;
  /** `config` of the stack's file, ciphertext as `{ secure }`. */
  readonly file: Data;
  /** What the engine makes of that file, with its secrets. */
  readonly now: Config;
  /** The config to go back to, with its secrets. */
  readonly good: Config;
  /** Encrypts a text for this stack. */
  readonly encrypt: (plain: string) => Promise<string>;
}

/**
 * What the stack's file has to say to declare what it declared before: all keys, whoever's they are. A secret that did not change keeps
 * its ciphertext. A text beside a secret that changed comes back encrypted, since a history does not tell which of them were.
 */
export async function restoredConfig({ project, file, now, good, encrypt }: RestoreArgs): Promise<Data> {
  const fileKeys = new Map(Object.keys(file).map((key) => [key.includes(":") ? key : `${project}:${key}`, key]));
  const restored: Record<string, unknown> = {};
  for (const [key, fileKey] of fileKeys) {
    const value = good[key];
    if (value === undefined) continue;
    restored[fileKey] = same(now[key], value)
      ? file[fileKey]
      : await valueOf(value, { file: file[fileKey], now: plain(now[key]) }, encrypt);
  }
  for (const [key, value] of Object.entries(good)) {
    // What equals the present one and stands in no file comes from elsewhere, such as Pulumi.yaml.
    if (fileKeys.has(key) || same(now[key], value)) continue;
    restored[key] = await valueOf(value, { file: undefined, now: undefined }, encrypt);
  }
  return restored;
}

/** Whether two values of a config say the same. */
export function same(one: Config[string] | undefined, other: Config[string] | undefined): boolean {
  return one?.value === other?.value && (one?.secret === true) === (other?.secret === true);
}

/** A value of a config as data. */
export function plain(value: Config[string] | undefined): unknown {
  return value?.objectValue ?? value?.value;
}

interface Present {
  readonly file: unknown;
  readonly now: unknown;
}

function valueOf(value: Config[string], present: Present, encrypt: RestoreArgs["encrypt"]): unknown {
  return value.secret === true ? sealed(plain(value), present, encrypt) : plain(value);
}

async function sealed(good: unknown, { file, now }: Present, encrypt: RestoreArgs["encrypt"]): Promise<unknown> {
  if (file !== undefined && isDeepStrictEqual(now, good)) return file;
  // Only texts can be encrypted.
  if (typeof good === "string") return { secure: await encrypt(good) };
  if (typeof good !== "object" || good === null) return good;
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(good))
    entries.push([key, await sealed(value, { file: at(file, key), now: at(now, key) }, encrypt)]);
  return Array.isArray(good) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function at(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null && Object.hasOwn(data, key) ? (data as Data)[key] : undefined;
}
