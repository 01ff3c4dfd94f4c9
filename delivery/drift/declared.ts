import { z } from "zod";

/** A Kubernetes object as data. */
export interface KubernetesData {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** An object that an environment's state says is there. */
export interface DeclaredObject {
  /** Name of its resource in the program, such as `payment-gateway-deployment`. */
  readonly resource: string;
  /** What was declared; of an object that holds secrets, only which one it is. */
  readonly object: KubernetesData;
  /** The field manager by which the engine applied it (Kubernetes, "Server-Side Apply"). */
  readonly fieldManager: string;
  readonly uid: string;
  readonly secret: boolean;
  /** Whether just some fields of somebody else's object are declared. */
  readonly partial: boolean;
  /** Paths that the program leaves to controllers (`ignoreChanges`), such as `spec.selector`. */
  readonly ignored: readonly string[];
}

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string().startsWith("kubernetes:"),
  delete: z.literal(false).optional(),
  ignoreChanges: z.array(z.string()).default([]),
  inputs: z.looseObject({ apiVersion: z.string(), kind: z.string() }),
  outputs: z.looseObject({
    __fieldManager: z.string().default("pulumi-kubernetes"),
    metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), uid: z.string() }),
  }),
});

/** How the engine marks a secret in an exported state (Pulumi 3). */
const secretMark = "4dabf18193072939515e22adb298388d";

/** The Kubernetes objects of a state, as the engine exports it. */
export function declaredObjects(state: unknown): DeclaredObject[] {
  const { resources } = z.object({ resources: z.array(z.unknown()).default([]) }).parse(state ?? {});
  return resources.flatMap((data) => {
    const resource = resourceSchema.safeParse(data).data;
    if (resource === undefined) return [];
    const { urn, type, inputs, outputs, ignoreChanges: ignored } = resource;
    const { name, namespace, uid } = outputs.metadata;
    const place = { name, ...(namespace !== undefined && { namespace }) };
    const secret = JSON.stringify([inputs, outputs]).includes(secretMark);
    const { apiVersion, kind } = inputs;
    const object = secret
      ? { apiVersion, kind, metadata: place }
      : { ...inputs, apiVersion, kind, metadata: { ...(inputs.metadata as object | undefined), ...place } };
    const [logicalName = urn] = urn.split("::").slice(-1);
    const [fieldManager, partial] = [outputs.__fieldManager, type.endsWith("Patch")];
    return [{ resource: logicalName, object, fieldManager, uid, secret, partial, ignored }];
  });
}
