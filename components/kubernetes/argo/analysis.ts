import type { types } from "@pulumi/kubernetes";
import {
  type Analysis,
  type AnalysisReference,
  analysisArguments,
  argumentsOf,
  type Metric,
  seconds,
} from "../../../model/index.ts";
import { serviceHost, serviceUrl } from "../binding.ts";
import type { ObjectArgs } from "../events.ts";
import { ownMetadata } from "../labels.ts";
import { container, literal, type PodContext, podBase, podLabels } from "../pod.ts";
import { serviceName } from "../services.ts";
import { verificationSpec } from "../verification.ts";

/** Name of a plugin's AnalysisTemplate. Its own verification has one hyphen, which none of the others has. */
export function analysisName(plugin: string, analysis: string): string {
  return `${plugin}--${analysis}`;
}

export function verificationTemplateName(plugin: string): string {
  return `${plugin}-verification`;
}

/** An AnalysisTemplate (Argo Rollouts, `argoproj.io/v1alpha1`) of one of the environment's analyses, for one plugin. */
export function analysisArgs(context: PodContext, name: string, analysis: Analysis): ObjectArgs {
  const { environment, plugin } = context;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: ownMetadata(environment, plugin, analysisName(plugin.name, name)),
    spec: {
      args: [...argumentsOf(analysis).map((argument) => ({ name: argument })), bracesArgument],
      metrics: analysis.metrics.map((metric) => metricArgs(context, metric)),
    },
  };
}

/** The verification as an analysis: what a release has to pass before there is any traffic for it. */
export function verificationTemplateArgs(context: PodContext): ObjectArgs {
  const { environment, plugin } = context;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: ownMetadata(environment, plugin, verificationTemplateName(plugin.name)),
    spec: {
      args: [bracesArgument],
      metrics: [
        {
          name: "verification",
          provider: { job: { metadata: { labels: jobLabels(context) }, spec: verbatim(provingSpec(context)) } },
        },
      ],
    },
  };
}

function provingSpec(context: PodContext) {
  const { environment, plugin } = context;
  const role = plugin.rollout.strategy.kind === "canary" ? "candidate" : "preview";
  return verificationSpec(context, serviceUrl(serviceName(plugin.name, role), environment.target.namespace));
}

function jobLabels({ plugin }: PodContext) {
  return podLabels(plugin.name, "verification");
}

/** A reference to analyses, with the arguments that each of them gets. */
export function analysisRun({ environment, plugin }: PodContext, { templates, args }: Reference) {
  const values = {
    plugin: plugin.name,
    release: plugin.version,
    environment: environment.name,
    namespace: environment.target.namespace,
    service: serviceHost(plugin.name, environment.target.namespace),
    "latest-service": serviceHost(
      serviceName(plugin.name, plugin.rollout.strategy.kind === "canary" ? "canary" : "preview"),
      environment.target.namespace,
    ),
  } satisfies Partial<Record<keyof typeof analysisArguments, string>>;
  const own = new Set(args.map(({ name }) => name));
  return {
    templates: templates.map(({ templateName }) => ({ templateName: analysisName(plugin.name, templateName) })),
    args: [
      ...Object.entries(values).map(([name, value]) => ({ name, value })),
      { name: "latest-hash", valueFrom: { podTemplateHashValue: "Latest" } },
      { name: "stable-hash", valueFrom: { podTemplateHashValue: "Stable" } },
    ]
      .filter(({ name }) => !own.has(name))
      .concat(args),
  };
}

type Reference = Pick<AnalysisReference, "templates" | "args">;

function metricArgs(context: PodContext, metric: Metric): Record<string, unknown> {
  const { provider, interval, initialDelay, ...rest } = metric;
  return {
    ...rest,
    ...(interval !== undefined && { interval: goDuration(interval) }),
    ...(initialDelay !== undefined && { initialDelay: goDuration(initialDelay) }),
    provider: providerArgs(context, provider),
  };
}

function providerArgs(
  context: PodContext,
  { prometheus, datadog, web, job }: Metric["provider"],
): Record<string, unknown> {
  if (prometheus !== undefined) {
    const { timeout, ...rest } = prometheus;
    return { prometheus: { ...rest, ...(timeout !== undefined && { timeout: seconds(timeout) }) } };
  }
  if (datadog !== undefined) return { datadog: { ...datadog, interval: goDuration(datadog.interval) } };
  if (web !== undefined) return { web };
  if (job !== undefined) return { job: { metadata: { labels: jobLabels(context) }, spec: jobSpec(context, job) } };
  throw new TypeError("a metric has a provider");
}

function jobSpec(
  context: PodContext,
  { image, command, args, timeout }: NonNullable<Metric["provider"]["job"]>,
): types.input.batch.v1.JobSpec {
  const { environment, plugin } = context;
  const role = plugin.rollout.strategy.kind === "canary" ? "canary" : "preview";
  const url = serviceUrl(serviceName(plugin.name, role), environment.target.namespace);
  const plain = container(context, { name: "analysis", image: image ?? plugin.release.image }, { PATCHBAY_URL: url });
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: seconds(timeout),
    template: {
      metadata: { labels: podLabels(plugin.name, "verification") },
      spec: {
        ...verbatim(podBase(context)),
        restartPolicy: "Never",
        containers: [
          {
            ...verbatim(plain),
            // These two are the analysis's own texts, in which {{args.<name>}} stands for a value.
            args: args.map(literal),
            ...(command && { command: command.map(literal) }),
          },
        ],
      },
    },
  };
}

/** A duration of whole seconds in the form that Argo Rollouts reads (Go's). */
export function goDuration(value: string): string {
  return `${String(seconds(value))}s`;
}

const braces = "{{";

/** Argo Rollouts replaces `{{…}}` wherever it stands in a metric, and knows no escape: so the braces become an argument. */
const bracesArgument = { name: "braces", value: braces };

/** Plain data whose texts Argo Rollouts leaves as they are. Outputs stay: they are names of Kubernetes objects. */
function verbatim<T>(value: T): T {
  return escaped(value) as T;
}

function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(braces, "{{args.braces}}");
  if (Array.isArray(value)) return value.map(escaped);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, escaped(part)]));
}
