import type { ResolvedEnvironment, ResolvedPlugin } from "../../../model/index.ts";
import type { ObjectArgs } from "../events.ts";
import { ownLabels, podSelector } from "../labels.ts";

/** Metadata by which Prometheus selects the objects that are meant for it. */
export function monitoringMetadata(environment: ResolvedEnvironment, plugin: string): ObjectArgs["metadata"] {
  return {
    name: plugin,
    namespace: environment.target.namespace,
    labels: { ...environment.monitoring.labels, ...ownLabels(plugin) },
  };
}

/** ServiceMonitor of the Prometheus operator (`monitoring.coreos.com/v1`); nothing where the plugin has no metrics. */
export function serviceMonitorArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs | undefined {
  const { metrics } = plugin.release.http;
  if (metrics === undefined) return undefined;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: monitoringMetadata(environment, plugin.name),
    spec: {
      // Only the plugin's own Service: the others of a canary or blue-green rollout lead to the same pods.
      selector: podSelector(plugin.name, "workload"),
      endpoints: [{ port: "http", path: metrics }],
      // They tell the pods of an old release from those of a new one, on the dashboard and in analyses.
      podTargetLabels: ["app.kubernetes.io/version", "rollouts-pod-template-hash"],
    },
  };
}
