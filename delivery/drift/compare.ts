import { isDeepStrictEqual } from "node:util";
import type { KubernetesData } from "./declared.ts";

/** A field that is not as declared. */
export interface ChangedField {
  /** `spec.template.spec.containers[0].image` */
  readonly path: string;
  /** What applying the declaration again would make of it; nothing where it would go. */
  readonly declared?: unknown;
  /** What is there; nothing where it is gone. */
  readonly live?: unknown;
}

/** What the API server writes itself. */
const servers = new Set(["managedFields", "resourceVersion", "generation"]);

/**
 * What would change if the declaration were applied again, where all is as declared: nothing. Defaults, and what controllers write
 * into fields that nobody declared, are the same on both sides.
 *
 * @param live The object as it is.
 * @param applied The object as a dry run of applying the declaration leaves it.
 */
export function changedFields(live: KubernetesData, applied: KubernetesData): ChangedField[] {
  return [...new Set([...Object.keys(live), ...Object.keys(applied)])]
    .filter((key) => key !== "status")
    .flatMap((key) =>
      key === "metadata"
        ? within(key, withoutServers(applied.metadata), withoutServers(live.metadata))
        : within(key, applied[key], live[key]),
    );
}

function withoutServers(metadata: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !servers.has(key)));
}

function within(path: string, declared: unknown, live: unknown): ChangedField[] {
  if (isDeepStrictEqual(declared, live)) return [];
  if (isMap(declared) && isMap(live)) {
    const keys = [...new Set([...Object.keys(declared), ...Object.keys(live)])].sort();
    return keys.flatMap((key) => within(`${path}${member(key)}`, declared[key], live[key]));
  }
  if (Array.isArray(declared) && Array.isArray(live) && declared.length === live.length)
    return declared.flatMap((item, index) => within(`${path}[${String(index)}]`, item, live[index]));
  return [{ path, ...(declared !== undefined && { declared }), ...(live !== undefined && { live }) }];
}

/** A key as jsonpath of kubectl writes it. */
function member(key: string): string {
  return /^\w+$/.test(key) ? `.${key}` : `['${key}']`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
