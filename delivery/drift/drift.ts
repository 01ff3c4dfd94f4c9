import { eachOf, Objects } from "./cluster.ts";
import { type ChangedField, changedFields } from "./compare.ts";
import { type DeclaredObject, declaredObjects, type KubernetesData } from "./declared.ts";

/** An object that is not as its environment's last update left it. */
export interface Drift {
  /** Name of its resource in the program. */
  readonly resource: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** `replaced`: deleted, and made anew by somebody. */
  readonly what: "deleted" | "replaced" | "changed";
  /** The fields, where it was changed. */
  readonly fields: readonly ChangedField[];
}

export interface DriftSource {
  /** The environment's state as the engine exports it. */
  readonly state: unknown;
  readonly kubeconfig: string;
  /** A context of it; its current one, if absent. */
  readonly context?: string | undefined;
}

/**
 * What somebody changed by hand: what applying the last declaration again would change. Asked of the API server itself, by a dry
 * run, since the engine's refresh sees neither a key added to a selector nor a Secret that somebody made anew.
 */
export async function findDrift(source: DriftSource): Promise<Drift[]> {
  const objects = await Objects.at(source.kubeconfig, source.context);
  const found = await eachOf(declaredObjects(source.state), (declared) => driftOf(declared, objects));
  return found.flatMap(({ drift }) => (drift === undefined ? [] : [drift]));
}

/**
 * Brings changed objects back to what was declared. What was deleted is left to the engine, which has to make it anew. The verification of a
 * plugin that was touched is deleted, so that the next update proves it again.
 */
export async function undoDrift(source: DriftSource): Promise<void> {
  const objects = await Objects.at(source.kubeconfig, source.context);
  const declared = declaredObjects(source.state);
  const found = await eachOf(declared, (each) => driftOf(each, objects));
  const changed = found.filter(({ drift }) => drift?.what === "changed");
  await eachOf(changed, ({ wanted }) => objects.applied(wanted, false));
  const touched = new Set(found.flatMap(({ drift, wanted }) => (drift === undefined ? [] : (pluginOf(wanted) ?? []))));
  const proofs = found.filter(
    ({ drift, wanted }) => drift?.what !== "deleted" && isVerification(wanted) && touched.has(pluginOf(wanted) ?? ""),
  );
  await eachOf(proofs, ({ wanted }) => objects.remove(wanted.object));
}

function pluginOf({ object }: DeclaredObject): string | undefined {
  return (object.metadata.labels as Readonly<Record<string, string>> | undefined)?.["patchbay.dev/plugin"];
}

function isVerification({ object }: DeclaredObject): boolean {
  const annotations = object.metadata.annotations as Readonly<Record<string, string>> | undefined;
  return object.kind === "Job" && annotations?.["patchbay.dev/workload"] !== undefined;
}

interface Found {
  readonly drift: Drift | undefined;
  /** What has to be applied. */
  readonly wanted: DeclaredObject;
}

async function driftOf(declared: DeclaredObject, objects: Objects): Promise<Found> {
  const { resource, object, uid, secret, partial } = declared;
  const { name, namespace } = object.metadata;
  const place = { resource, kind: object.kind, name, ...(namespace !== undefined && { namespace }) };
  const live = await objects.read(declared);
  const fault = (what: Drift["what"], fields: readonly ChangedField[] = []): Found => ({
    drift: { ...place, what, fields },
    wanted: declared,
  });
  if (live === undefined) return fault("deleted");
  if (live.metadata.uid !== uid && !partial) return fault("replaced");
  if (secret) return { drift: undefined, wanted: declared };
  const wanted = { ...declared, object: leavingToControllers(declared, live) };
  const fields = changedFields(live, await objects.applied(wanted, true));
  return { wanted, drift: fields.length === 0 ? undefined : { ...place, what: "changed", fields } };
}

/** A declaration without what controllers write over it: there it says what is. */
function leavingToControllers({ object, ignored }: DeclaredObject, live: KubernetesData): KubernetesData {
  const copy = structuredClone(object) as Record<string, unknown>;
  for (const path of ignored) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const [mine, theirs] = [mapAt(copy, keys), mapAt(live, keys)];
    if (mine !== undefined && theirs !== undefined && Object.hasOwn(mine, last)) mine[last] = theirs[last];
  }
  return copy as unknown as KubernetesData;
}

function mapAt(data: unknown, keys: readonly string[]): Record<string, unknown> | undefined {
  const found = keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
}
