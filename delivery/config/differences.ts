import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../record/index.ts";
import { plain } from "./restore.ts";

/** Something that two configs say differently. */
export interface Difference {
  /** `patchbay:plugins.payment-gateway.release` */
  readonly path: string;
  /** Texts to show; nothing where it is not there. Both are left out of a secret. */
  readonly from?: string;
  readonly to?: string;
  readonly secret: boolean;
}

/** What differs from one config to another, by path. The value of a key that holds any secret is not shown. */
export function differences(from: Config, to: Config): Difference[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys.flatMap((key) => {
    const secret = from[key]?.secret === true || to[key]?.secret === true;
    return within(key, plain(from[key]), plain(to[key]), secret);
  });
}

function within(path: string, from: unknown, to: unknown, secret: boolean): Difference[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (isMap(from) && isMap(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => within(`${path}.${key}`, from[key], to[key], secret));
  }
  if (secret) return [{ path, secret }];
  return [
    { path, secret, ...(from !== undefined && { from: shown(from) }), ...(to !== undefined && { to: shown(to) }) },
  ];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const longestShown = 80;

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
