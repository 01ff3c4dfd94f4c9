import type { types } from "@pulumi/kubernetes";
import { label, ownMetadata, type PodRole, podSelector } from "./labels.ts";
import type { PodContext } from "./pod.ts";

type Service = types.input.core.v1.Service;

/**
 * Services of a plugin. Its own name is the one that everybody calls; the others reach just the new release, while it is being
 * proven: a `candidate` is one pod apart from the traffic, `canary` are the pods that have a share of it already, `preview` are
 * the pods that blue-green will switch to. Argo Rollouts adds the hash of the pods that it means to the selectors of the last two.
 */
export type ServiceRole = "candidate" | "canary" | "preview";

/** Name of a Service beside the plugin's own. Two hyphens: a plugin may be called `shop-canary`. */
export function serviceName(plugin: string, role: ServiceRole): string {
  return `${plugin}--${role}`;
}

/** The plugin's own Service, on port 80, which Knative's triggers and gateways take for granted. */
export function serviceArgs(context: PodContext): Service {
  const service = toPods(context, context.plugin.name, "workload");
  // By this label it is found to be scraped: the others lead to the same pods.
  return {
    ...service,
    metadata: { ...service.metadata, labels: { ...service.metadata.labels, [label.role]: "workload" } },
  };
}

/** A Service that reaches just the new release. */
export function newReleaseServiceArgs(context: PodContext, role: ServiceRole): Service {
  return toPods(context, serviceName(context.plugin.name, role), role === "candidate" ? "candidate" : "workload");
}

function toPods({ environment, plugin }: PodContext, name: string, pods: PodRole) {
  return {
    metadata: {
      ...ownMetadata(environment, plugin, name),
      // Endpoints are the rollout's concern, and the verification waits for that.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      selector: podSelector(plugin.name, pods).matchLabels,
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    },
  };
}
