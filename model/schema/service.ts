import { z } from "zod";
import { cidr, dnsLabel, hostname, labelKey, labelValue, name, port, url, version } from "./text.ts";

const network = z
  .strictObject({
    namespace: dnsLabel.optional().describe("Namespace of the service's pods."),
    podSelector: z
      .record(labelKey, labelValue)
      .optional()
      .describe("Labels of the service's pods; all pods of the namespace, if absent."),
    cidrs: z.array(cidr).min(1).max(256).optional().describe("Addresses of a service outside the cluster."),
    port: port.optional().describe("Port that the pods or hosts listen on; the service's own port, if absent."),
  })
  .refine((value) => (value.namespace === undefined) !== (value.cidrs === undefined), {
    error: "either namespace (with podSelector) or cidrs",
  })
  .refine(({ podSelector, namespace }) => podSelector === undefined || namespace !== undefined, {
    path: ["podSelector"],
    error: "podSelector only beside namespace",
  })
  .describe(
    "Where the service is on the network: the plugins bound to it may send there and nowhere else. Absent, it is derived from the address: a cluster name (`name.namespace.svc`) means that namespace, any other name the public Internet at the service's port.",
  );

const certificateForm = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;

const common = {
  version: version.describe("The version that runs in this environment."),
  network: network.optional(),
  certificates: z
    .string()
    .max(65_536)
    .regex(certificateForm, { error: "certificates in PEM form" })
    .optional()
    .describe(
      "Certificate authorities (PEM) to trust when connecting; given to the plugin as the entry `certificates`.",
    ),
};

function database<const Type extends string>(type: Type, defaultPort: number) {
  return z.strictObject({
    type: z.literal(type),
    ...common,
    host: hostname.describe("Where it is reached."),
    port: port.default(defaultPort).describe("Port that it listens on."),
    database: z
      .string({ error: "a database's name" })
      .regex(/^[A-Za-z0-9_-]{1,63}$/, { error: "a database's name of at most 63 letters, digits, _ and -" })
      .optional()
      .describe("Name of the database in it."),
  });
}

const header = z
  .string({ error: "a header's name" })
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, { error: "a header's name (RFC 9110, 5.1)" });

const auth = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({ type: z.literal("basic") }),
    z.strictObject({
      type: z.literal("apiKey"),
      header: header.default("X-Api-Key").describe("Header that carries the key."),
    }),
    z.strictObject({ type: z.literal("bearer") }),
    z.strictObject({
      type: z.literal("oauth2"),
      tokenUrl: url.describe("Token endpoint for the client-credentials grant (RFC 6749, 4.4)."),
      network: network.optional(),
    }),
    z.strictObject({ type: z.literal("webhook") }),
  ])
  .describe(
    "What the API asks its callers for. `webhook`: both sides sign with a key that Patchbay issues unless credentials hold one (Standard Webhooks 1.0.0).",
  );

const api = z.strictObject({
  type: z.literal("http"),
  ...common,
  api: name.describe("The API that it offers."),
  url: url.describe("Base URL of the API."),
  auth: auth.prefault({ type: "none" }),
});

/** A system of this environment that plugins can be bound to. */
export const serviceSchema = z.discriminatedUnion("type", [
  database("postgresql", 5432).describe("PostgreSQL."),
  database("mysql", 3306).describe("MySQL or MariaDB."),
  database("redis", 6379).describe("Redis or Valkey."),
  api.describe("An HTTP API."),
]);

export type Service = z.output<typeof serviceSchema>;
export type HttpService = Extract<Service, { type: "http" }>;
export type ServiceAuth = HttpService["auth"];
export type Network = z.output<typeof network>;

/** Entries under `patchbay:credentials.<service>`; which of them are needed is the service's to say. */
export const credentialsSchema = z.record(
  name,
  z.record(z.string(), z.string({ error: "a text" }).min(1, { error: "a text that is not empty" })),
);

interface CredentialNeeds {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const needsByAuth: Record<ServiceAuth["type"], CredentialNeeds> = {
  none: { required: [], optional: [] },
  basic: { required: ["username", "password"], optional: [] },
  apiKey: { required: ["key"], optional: [] },
  bearer: { required: ["token"], optional: [] },
  oauth2: { required: ["clientId", "clientSecret"], optional: [] },
  webhook: { required: [], optional: ["key"] },
};

/** Which credentials a service asks for. */
export function credentialNeeds(service: Service): CredentialNeeds {
  if (service.type === "http") return needsByAuth[service.auth.type];
  if (service.type === "redis") return { required: ["password"], optional: ["username"] };
  return { required: ["username", "password"], optional: [] };
}
