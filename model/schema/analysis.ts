import { z } from "zod";
import { deadline } from "./measure.ts";
import { count, image, name, url } from "./text.ts";

/*
 * Analyses with the field names of Argo Rollouts (v1.10, AnalysisTemplate `argoproj.io/v1alpha1`), which realises them.
 * Durations are Patchbay's; so is `job`, which names an image instead of a whole Job.
 */

const condition = z
  .string({ error: "an expression" })
  .min(1, { error: "an expression such as result[0] < 0.05" })
  .max(2048);

const query = z.string({ error: "a query" }).min(1, { error: "a query that is not empty" }).max(8192);

const prometheus = z
  .strictObject({
    address: url.describe("Base URL of Prometheus, as the controller of Argo Rollouts reaches it."),
    query: query.describe("PromQL."),
    timeout: deadline.optional().describe("Longest wait for the answer; the controller's own limit, if absent."),
  })
  .describe("A query to Prometheus; `result` is a list of numbers.");

const datadog = z
  .strictObject({
    query: query.describe("A metrics query of Datadog."),
    apiVersion: z.enum(["v1", "v2"]).default("v2").describe("Version of Datadog's API."),
    interval: deadline.default("5m").describe("The time back from now that is asked about."),
  })
  .describe("A query to Datadog, with the keys in Argo's own Secret `datadog`; `result` is a number.");

const web = z
  .strictObject({
    url: z
      .string({ error: "a URL" })
      .regex(/^https?:\/\/\S+$/, { error: "an http or https URL" })
      .max(2048)
      .describe("What to ask, as the controller reaches it."),
    method: z.enum(["GET", "POST", "PUT"]).default("GET").describe("HTTP method."),
    headers: z
      .array(
        z.strictObject({
          key: z.string().min(1).max(128).describe("Name of the header."),
          value: z.string().max(4096).describe("What it says."),
        }),
      )
      .max(32)
      .default([])
      .describe("Headers to send. Not for secrets: they stand in the AnalysisTemplate."),
    body: z.string().max(8192).optional().describe("Body to send."),
    timeoutSeconds: count(1, 3600).default(10).describe("Longest wait for the answer."),
    jsonPath: z
      .string()
      .max(1024)
      .optional()
      .describe("JSONPath of the part that becomes `result`; the whole body, if absent."),
    insecure: z.boolean().default(false).describe("Accept any certificate."),
  })
  .describe("A request to a web service; any status but 2xx is an error.");

const job = z
  .strictObject({
    image: image.optional().describe("The release's own image, if absent."),
    command: z.array(z.string().max(4096)).min(1).max(64).optional().describe("Replaces the image's entry point."),
    args: z.array(z.string().max(4096)).max(64).default([]).describe("Arguments of the container."),
    timeout: deadline.default("5m").describe("After this time the Job has failed."),
  })
  .describe("A Job with the new release's bindings and variables, and PATCHBAY_URL; it succeeds or fails.");

const providers = { prometheus, datadog, web, job };

const provider = z
  .strictObject({
    prometheus: prometheus.optional(),
    datadog: datadog.optional(),
    web: web.optional(),
    job: job.optional(),
  })
  .refine((value) => Object.values(value).filter((one) => one !== undefined).length === 1, {
    error: `exactly one of ${Object.keys(providers).join(", ")}`,
  })
  .describe("Where the measurement comes from.");

const metric = z
  .strictObject({
    name: name
      .refine((value) => value !== "verification", { error: "a name other than that of Patchbay's own metric" })
      .describe("Name of the metric, for messages."),
    provider,
    interval: deadline.optional().describe("Time between measurements; a single one, if absent."),
    initialDelay: deadline.optional().describe("Time before the first measurement."),
    count: count(1, 10_000)
      .optional()
      .describe("Number of measurements; until it is ended, if absent beside interval."),
    successCondition: condition.optional().describe("Expression over `result` that must hold (expr-lang)."),
    failureCondition: condition.optional().describe("Expression over `result` that must not hold (expr-lang)."),
    failureLimit: count(0, 10_000).default(0).describe("Failed measurements that are put up with."),
    inconclusiveLimit: count(0, 10_000).default(0).describe("Inconclusive measurements that are put up with."),
    consecutiveErrorLimit: count(0, 10_000)
      .default(4)
      .describe("Measurements that may go wrong one after the other, such as no answer."),
  })
  .describe("One thing that is measured, and what it must be.");

/** What a rollout is judged by: an AnalysisTemplate of Argo Rollouts. */
export const analysisSchema = z
  .strictObject({
    metrics: z
      .array(metric)
      .min(1, { error: "at least one metric" })
      .max(16)
      .refine((metrics) => new Set(metrics.map((one) => one.name)).size === metrics.length, {
        error: "metrics with names of their own",
      })
      .describe("All of them must succeed. Texts may name `{{args.<name>}}`."),
  })
  .describe("What a rollout is judged by; plugins name it in their `rollout`.");

export type Analysis = z.output<typeof analysisSchema>;
export type Metric = Analysis["metrics"][number];
