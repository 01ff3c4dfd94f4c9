import { z } from "zod";
import { cpu, deadline, memory, patience, positivePercent } from "./measure.ts";
import { sloSchema } from "./slo.ts";
import { count, eventType, image, name, port, urlPath, variable, version, versionRange } from "./text.ts";

/** How a plugin authenticates to an HTTP service. */
export const authTypes = ["none", "basic", "apiKey", "bearer", "oauth2", "webhook"] as const;

const database = z
  .strictObject({
    service: z.enum(["postgresql", "mysql", "redis"]).describe("The kind of database."),
    version: versionRange.optional().describe("Versions of the service that the plugin works with; any, if absent."),
  })
  .describe("A database: the binding gives host, port, database, username and password.");

const api = z
  .strictObject({
    service: z.literal("http"),
    api: name.describe("The API that the plugin calls; the environment's service must offer it."),
    version: versionRange.optional().describe("Versions of the API that the plugin works with; any, if absent."),
    auth: z
      .enum(authTypes)
      .default("none")
      .describe("How the plugin authenticates; the service must ask for the same."),
    scopes: z
      .array(
        z
          .string({ error: "a scope" })
          .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, { error: "a scope without spaces or quotes (RFC 6749, 3.3)" }),
      )
      .max(64)
      .default([])
      .describe("OAuth 2.0 scopes to ask for."),
  })
  .refine(({ auth, scopes }) => auth === "oauth2" || scopes.length === 0, {
    path: ["scopes"],
    error: "scopes only beside auth: oauth2",
  })
  .describe("An HTTP API: the binding gives its URL and what the plugin authenticates with.");

const integration = z.discriminatedUnion("service", [database, api]);

const task = z
  .strictObject({
    name: name.describe("Becomes part of the Job's name."),
    args: z.array(z.string().max(4096)).max(64).default([]).describe("Arguments of the container."),
    command: z.array(z.string().max(4096)).min(1).max(64).optional().describe("Replaces the image's entry point."),
    image: image.optional().describe("The release's own image, if absent."),
    timeout: deadline.default("10m").describe("After this time the task has failed."),
  })
  .describe("A Job that runs once for each release, configuration and set of bindings.");

const body = z
  .strictObject({
    contains: z.string({ error: "a text" }).min(1).max(1024).optional().describe("Text that the body must contain."),
    matches: z
      .string({ error: "a regular expression" })
      .min(1)
      .max(1024)
      .optional()
      .describe("Regular expression (RE2) that some part of the body must match."),
  })
  .refine(({ contains, matches }) => (contains === undefined) !== (matches === undefined), {
    error: "either contains or matches",
  })
  .describe("What the body of the answer must hold.");

const suite = z
  .strictObject({
    image: image.optional().describe("The image that runs it; the release's own, if absent."),
    command: z.array(z.string().max(4096)).min(1).max(64).optional().describe("Replaces the image's entry point."),
    args: z.array(z.string().max(4096)).max(64).default([]).describe("Arguments of the container."),
  })
  .describe(
    "A container that runs a suite of tests: it has the plugin's bindings and variables, PATCHBAY_URL holds the address to test, and exit status 0 proves that it works.",
  );

const check = z
  .strictObject({
    get: urlPath.optional().describe("Path to request from the plugin."),
    expect: count(100, 599).default(200).describe("HTTP status that proves it works."),
    body: body.optional(),
    latency: patience.optional().describe("Slowest answer that is good enough: the median of five requests."),
    timeout: patience.default("5s").describe("Longest wait for the answer."),
    suite: suite.optional(),
  })
  .refine(({ get, suite: own }) => (get === undefined) !== (own === undefined), { error: "either get or suite" })
  .refine(({ get, body: wanted, latency }) => get !== undefined || (wanted ?? latency) === undefined, {
    error: "body and latency only beside get",
  })
  .describe("One thing that proves the plugin works: a request, or a suite of tests.");

const http = z
  .strictObject({
    port: port.default(8080).describe("Port that the container listens on."),
    health: urlPath.default("/healthz").describe("Answers 200 while the process is alive; restarted otherwise."),
    ready: urlPath.default("/readyz").describe("Answers 200 while it can take requests."),
    metrics: urlPath.optional().describe("Prometheus metrics; none, if absent."),
  })
  .describe("How the plugin is reached.");

const scale = z
  .strictObject({
    min: count(1, 1000).default(2).describe("Fewest replicas."),
    max: count(1, 1000).describe("Most replicas."),
    cpu: positivePercent.default("70%").describe("Mean use of the CPU asked for, above which replicas are added."),
  })
  .refine(({ min, max }) => min <= max, { path: ["max"], error: "at least as many as min" })
  .describe("Between how many replicas an autoscaler may choose.");

/** Variables that Patchbay sets itself. */
const reserved = /^(SERVICE_BINDING_ROOT|K_SINK|PATCHBAY_.*)$/;

export const env = z
  .record(
    variable.refine((key) => !reserved.test(key), {
      error: "a variable that Patchbay does not set itself (SERVICE_BINDING_ROOT, K_SINK, PATCHBAY_…)",
    }),
    z.string({ error: "a text in quotes" }).max(8192),
  )
  .describe("Plain environment variables. Never for secrets: those come as files, through bindings.");

/** What Kubernetes takes as the name of a Job, less the suffix that tells one run from another. */
const longestJobName = 63 - "-12345678".length;

/** A release as its file in the catalog states it. */
export const releaseSchema = z
  .strictObject({
    plugin: name.describe("The plugin that this is a release of; the folder's name."),
    version: version.describe("The release's version; the file's name."),
    description: z.string().max(500).optional().describe("One sentence for people."),
    image: image.describe("The container image, by digest."),
    host: z
      .strictObject({
        name: name.describe("The host's name."),
        version: versionRange.describe("Versions of the host that the release works with."),
      })
      .describe("The host that the plugin extends, and the versions of it that the release works with."),
    requires: z
      .record(name, versionRange)
      .default({})
      .describe(
        "Plugins that must run beside it, with their versions. Each also gives a binding of that name, with the plugin's URL.",
      ),
    conflicts: z.record(name, versionRange).default({}).describe("Plugins that must not run beside it."),
    routes: z
      .array(z.strictObject({ path: urlPath.describe("Prefix of the paths that lead to the plugin.") }))
      .max(64)
      .default([])
      .describe("Paths on the host's gateway that lead to the plugin."),
    http: http.prefault({}),
    env: env.default({}),
    resources: z
      .strictObject({
        cpu: cpu.default("100m").describe("CPU of each replica."),
        memory: memory.default("128Mi").describe("Memory of each replica."),
      })
      .prefault({})
      .describe("What each replica gets: requested, and its limit."),
    integrations: z
      .record(name, integration)
      .default({})
      .describe("Integration points: what the plugin needs from other systems. Each becomes a binding."),
    triggers: z
      .array(
        z.strictObject({
          event: eventType.describe("Type of the event."),
          path: urlPath.describe("Where the event is POSTed to, as a CloudEvent."),
          retries: count(0, 100).default(5).describe("Further tries before the event goes to the dead letter."),
          filter: z
            .record(
              z.string().regex(/^(?!type$)[a-z0-9]{1,20}$/, {
                error: "a CloudEvents attribute other than type: at most 20 lower-case letters and digits",
              }),
              z.string().max(1024),
            )
            .default({})
            .describe("Further attributes that the event must have, such as source."),
        }),
      )
      .max(64)
      .default([])
      .describe("Events that the plugin acts on."),
    emits: z.array(eventType).max(64).default([]).describe("Types of the events that the plugin sends."),
    tasks: z
      .strictObject({
        before: z.array(task).max(16).default([]).describe("Before the rollout, one after the other."),
        after: z.array(task).max(16).default([]).describe("Once the rollout is verified, one after the other."),
      })
      .prefault({})
      .describe("Jobs around the rollout: before it (migrations), and after it was verified."),
    scale: scale.optional(),
    verify: z.array(check).max(64).default([]).describe("Checks after the rollout; readiness is checked in any case."),
    slo: sloSchema.prefault({}),
  })
  .superRefine(({ plugin, tasks }, context) => {
    for (const when of ["before", "after"] as const) {
      for (const [index, { name: task }] of tasks[when].entries()) {
        const most = longestJobName - `${plugin}---${when}`.length;
        if (task.length > most)
          context.addIssue({
            code: "custom",
            path: ["tasks", when, index, "name"],
            message: `a name of at most ${String(most)} characters (the Job's is made of the plugin's and the task's, and Kubernetes takes no more)`,
          });
      }
    }
  })
  .superRefine(({ slo, integrations, requires }, context) => {
    for (const binding of Object.keys(slo.bindings)) {
      if (Object.hasOwn(integrations, binding) || Object.hasOwn(requires, binding)) continue;
      context.addIssue({
        code: "custom",
        path: ["slo", "bindings", binding],
        message: "one of the release's integration points or required plugins",
      });
    }
  })
  .meta({ title: "Release", description: "One immutable version of a plugin: catalog/<plugin>/<version>.yaml" });

export type Release = z.output<typeof releaseSchema>;
export type Integration = Release["integrations"][string];
export type Task = Release["tasks"]["before"][number];
export type Check = Release["verify"][number];
export type Trigger = Release["triggers"][number];
export type Slo = Release["slo"];
