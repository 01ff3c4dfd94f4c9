import type { ResolvedEnvironment, ResolvedPlugin } from "../../../model/index.ts";
import { pluginLabels } from "../labels.ts";

interface Watched {
  readonly environment: Pick<ResolvedEnvironment, "name" | "monitoring">;
  readonly plugin: ResolvedPlugin;
}

/** Labels of Datadog's unified service tagging (Agent 7): `env`, `service` and `version` of all that it collects of a pod. */
export function datadogLabels({ environment, plugin }: Watched): Record<string, string> {
  if (!environment.monitoring.datadog) return {};
  return {
    "tags.datadoghq.com/env": environment.name,
    "tags.datadoghq.com/service": plugin.name,
    "tags.datadoghq.com/version": pluginLabels(plugin)["app.kubernetes.io/version"] ?? plugin.version,
  };
}

/** Autodiscovery of Datadog (Agent 7, `ad.datadoghq.com/<container>.checks`); nothing where the plugin has no metrics. */
export function datadogAnnotations({ environment, plugin }: Watched, container: string): Record<string, string> {
  const { metrics, port } = plugin.release.http;
  if (!environment.monitoring.datadog || metrics === undefined) return {};
  const instance = {
    openmetrics_endpoint: `http://%%host%%:${String(port)}${metrics}`,
    namespace: "patchbay",
    metrics: [".*"],
  };
  return {
    [`ad.datadoghq.com/${container}.checks`]: JSON.stringify({ openmetrics: { instances: [instance] } }),
  };
}
