import { z } from "zod";
import { analysisSchema } from "./analysis.ts";
import { cpu, deadline, memory } from "./measure.ts";
import { env } from "./release.ts";
import { rolloutSchema } from "./rollout.ts";
import { serviceSchema } from "./service.ts";
import { count, digest, dnsLabel, hostname, image, labelKey, labelValue, name, port, url, version } from "./text.ts";

const stages = ["development", "testing", "staging", "production"] as const;

const gateway = z
  .strictObject({
    name: dnsLabel.describe("Name of the Gateway."),
    namespace: dnsLabel.describe("Its namespace."),
    hostname: hostname
      .optional()
      .describe("Host name of the routes; all that the gateway's listeners accept, if absent."),
    listener: dnsLabel.optional().describe("Listener (`sectionName`) to attach to; all that allow it, if absent."),
  })
  .describe("The host's gateway (Gateway API v1), to which the plugins' routes attach.");

const host = z
  .strictObject({
    name: name.describe("The host's name, as releases name it."),
    version: version.describe("The version that runs in this environment."),
    namespace: dnsLabel
      .optional()
      .describe("Where the host's pods run: they may call the plugins. The gateway's namespace may in any case."),
    gateway: gateway.optional(),
  })
  .describe("The platform that the plugins extend.");

const dns = z
  .strictObject({
    namespace: dnsLabel.default("kube-system").describe("Where the pods of the DNS service run."),
    port: port.default(53).describe("The port that those pods listen on."),
  })
  .prefault({})
  .describe(
    "The cluster's DNS, which every pod may call; OpenShift has it at { namespace: openshift-dns, port: 5353 }.",
  );

const kubernetes = z.strictObject({
  kind: z.literal("kubernetes"),
  namespace: dnsLabel
    .refine((value) => value !== "default" && !value.startsWith("kube-"), {
      error: "a namespace of the environment's own: Patchbay creates it, and removes it with the environment",
    })
    .describe("Namespace of the environment; Patchbay creates it."),
  context: z.string().min(1).max(253).optional().describe("Context of the kubeconfig; its current one, if absent."),
  cluster: name
    .optional()
    .describe(
      "What the cluster is known by. Changing it says that the environment moves to another cluster, and replaces everything; an address may change freely. The environment's name, if absent.",
    ),
  dns,
});

const target = z.discriminatedUnion("kind", [kubernetes]).describe("What the environment runs on.");

const events = z
  .strictObject({
    broker: dnsLabel
      .default("default")
      .describe("The Knative Eventing broker in the environment's namespace; Patchbay creates it."),
    class: z.string().min(1).max(253).default("MTChannelBasedBroker").describe("Class of the broker."),
    address: url
      .default("http://broker-ingress.knative-eventing.svc.cluster.local")
      .describe("Ingress of brokers of that class; namespace and broker are appended."),
    namespace: dnsLabel
      .default("knative-eventing")
      .describe(
        "Where the broker's data plane runs: it may call plugins that have triggers, and plugins that emit may call it.",
      ),
    deadLetter: z
      .strictObject({
        service: dnsLabel.describe("Service that takes events which no try could deliver."),
        namespace: dnsLabel.optional().describe("Its namespace; the environment's, if absent."),
      })
      .optional()
      .describe("Where events go that no try could deliver; they are dropped, if absent."),
  })
  .describe("The environment's event broker (CloudEvents).");

const monitoring = z
  .strictObject({
    prometheus: z
      .boolean()
      .default(false)
      .describe("Create ServiceMonitor, PrometheusRule and a Grafana dashboard for each plugin."),
    datadog: z.boolean().default(false).describe("Annotate pods for Datadog's autodiscovery."),
    namespace: dnsLabel.default("monitoring").describe("Where Prometheus runs: it may scrape the plugins."),
    labels: z
      .record(labelKey, labelValue)
      .default({})
      .describe("Labels of the monitoring objects, such as the `release` that Prometheus selects by."),
  })
  .prefault({})
  .describe("Who watches the plugins.");

const quota = z
  .strictObject({
    cpu: cpu.default("64").describe("CPU of all pods together."),
    memory: memory.default("256Gi").describe("Memory of all pods together."),
    pods: count(1, 10_000).default(500).describe("Number of pods."),
  })
  .prefault({})
  .describe("Most that all pods of the environment may ask for together (ResourceQuota).");

const verifier = z
  .strictObject({
    image: image.optional().describe("Image that runs the checks; Patchbay's own, if absent."),
    timeout: deadline.default("2m").describe("Longest time that a plugin's verification may take."),
    waitForServices: z
      .union([z.literal(false), deadline], { error: "a duration of whole seconds such as 60s, or false" })
      .default("60s")
      .describe("How long a rollout waits for the services that the plugin is bound to; false: not at all."),
  })
  .prefault({})
  .describe("What proves a rollout.");

/** `patchbay:environment`: where plugins run, and what they can be bound to. */
export const environmentSchema = z
  .strictObject({
    stage: z.enum(stages).describe("How careful to be: outside development every release carries its digest."),
    host,
    target,
    services: z.record(name, serviceSchema).default({}).describe("Systems that plugins can be bound to, by name."),
    events: events.optional(),
    monitoring,
    quota,
    verifier,
    analyses: z
      .record(name, analysisSchema)
      .default({})
      .describe("What canary and blue-green rollouts are judged by, by name."),
  })
  .meta({ title: "Environment", description: "patchbay:environment in Pulumi.<environment>.yaml" });

/** One entry of `patchbay:plugins`: which release of a plugin runs, and how it differs here. */
const placementSchema = z.strictObject({
  release: version.describe("Version in the catalog."),
  digest: digest.optional().describe("SHA-256 of the release. Must match; may be left out in stage development only."),
  replicas: count(1, 1000).optional().describe("A fixed number; switches the release's `scale` off."),
  bindings: z
    .record(name, name)
    .default({})
    .describe("Integration point to service; the service of the same name, if absent."),
  env: env.default({}).describe("Plain environment variables, over those of the release."),
  rollout: rolloutSchema,
});

/** `patchbay:plugins`: what runs in the environment. */
export const placementsSchema = z
  .record(name, placementSchema)
  .meta({ title: "Plugins", description: "patchbay:plugins in Pulumi.<environment>.yaml" });

export type Environment = z.output<typeof environmentSchema>;
export type Placement = z.output<typeof placementSchema>;
export type Stage = Environment["stage"];
