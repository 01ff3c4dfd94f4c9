import type { z } from "zod";
import type { Problem } from "../problem.ts";
import { check, type Place, quote } from "../schema/check.ts";
import { type Environment, environmentSchema, type Placement, placementsSchema } from "../schema/environment.ts";
import { type Hold, holdsSchema } from "../schema/hold.ts";
import { credentialsSchema } from "../schema/service.ts";
import { name as nameSchema } from "../schema/text.ts";
import type { Report } from "./report.ts";

/** An environment's documents as plain data, still unchecked. */
export interface Documents {
  /** The environment's name: that of its stack. */
  readonly name: string;
  /** Its file, for messages: `Pulumi.<name>.yaml`. */
  readonly file: string;
  /** `patchbay:environment` */
  readonly environment: unknown;
  /** `patchbay:plugins` */
  readonly plugins: unknown;
  /** `patchbay:credentials`. Only the names in it are read; no value reaches the model or a message. */
  readonly credentials: unknown;
  /** `patchbay:holds`, where there are any. */
  readonly holds?: unknown;
}

type Credentials = z.output<typeof credentialsSchema>;

/** A map as far as it is sound. A faulty entry is reported once, and hides no fault of another one. */
export interface Entries<T> {
  readonly sound: Readonly<Record<string, T>>;
  /** Whether there is an entry of that name, sound or not; always, where the map itself is none. */
  readonly has: (name: string) => boolean;
}

/** The documents, each part as far as it is sound: a fault in one hides none in another. */
export interface Draft {
  readonly name: string;
  readonly file: string;
  /** Only where all of it is sound. */
  readonly environment: Environment | undefined;
  readonly stage: Environment["stage"] | undefined;
  readonly host: Environment["host"] | undefined;
  readonly namespace: string | undefined;
  readonly hasEvents: boolean;
  readonly services: Entries<Environment["services"][string]>;
  readonly placements: Entries<Placement>;
  readonly credentials: Entries<Credentials[string]>;
  readonly holds: Entries<Hold>;
}

/** Checks each document by itself, and reports what is wrong with it. */
export function draft(documents: Documents, report: Report): Draft {
  const { name, file } = documents;
  report.add(stackNameProblems(name, file));
  const environment = part(environmentSchema, documents, "environment", report);
  const given = asMap(documents.environment) ?? {};
  const { shape } = environmentSchema;
  return {
    name,
    file,
    environment,
    stage: shape.stage.safeParse(given.stage).data,
    host: shape.host.safeParse(given.host).data,
    namespace: shape.target.safeParse(given.target).data?.namespace,
    hasEvents: given.events !== undefined,
    services: entries(shape.services, environment?.services, given.services ?? {}),
    placements: entries(placementsSchema, part(placementsSchema, documents, "plugins", report), documents.plugins),
    credentials: entries(
      credentialsSchema,
      part(credentialsSchema, documents, "credentials", report),
      documents.credentials ?? {},
    ),
    holds: entries(holdsSchema, part(holdsSchema, documents, "holds", report), documents.holds ?? {}),
  };
}

function stackNameProblems(name: string, file: string): Problem[] {
  const { success, error } = nameSchema.safeParse(name);
  if (success) return [];
  return [
    {
      code: "schema-violation",
      file,
      path: "",
      found: `the stack's name ${quote(name)}`,
      expected: error.issues.map(({ message }) => message).join("; "),
      remedy: "pulumi stack rename",
    },
  ];
}

function part<Schema extends z.ZodType>(
  schema: Schema,
  documents: Documents,
  key: "environment" | "plugins" | "credentials" | "holds",
  report: Report,
): z.output<Schema> | undefined {
  const data = documents[key];
  const place: Place = { file: documents.file, path: `patchbay:${key}`, secret: key === "credentials" };
  if (data === undefined && (key === "environment" || key === "plugins")) {
    report.add([missing(place, key)]);
    return undefined;
  }
  const { value, problems } = check(schema, data ?? {}, place);
  report.add(problems);
  return value;
}

function missing({ file, path }: Place, key: "environment" | "plugins"): Problem {
  return {
    code: "config-missing",
    file,
    path,
    found: "nothing",
    expected:
      key === "environment"
        ? "where plugins run: stage, host, target, services"
        : "which release of which plugin runs ({} for none)",
    remedy: "add it; docs/reference/environment.md shows the format",
  };
}

/** All entries where the map was found sound; else those that are so by themselves. */
function entries<T>(
  schema: z.ZodType<Record<string, T>>,
  checked: Readonly<Record<string, T>> | undefined,
  data: unknown,
): Entries<T> {
  const map = asMap(data);
  const has = (name: string) => map === undefined || Object.hasOwn(map, name);
  if (checked !== undefined) return { sound: checked, has };
  const each = Object.entries(map ?? {}).map(([key, value]) => schema.safeParse({ [key]: value }).data);
  return { sound: Object.assign({}, ...each) as Record<string, T>, has };
}

function asMap(data: unknown): Readonly<Record<string, unknown>> | undefined {
  if (data === null || typeof data !== "object" || Array.isArray(data)) return undefined;
  return data as Record<string, unknown>;
}
