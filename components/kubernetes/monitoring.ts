import { type ResolvedEnvironment, type ResolvedPlugin, ratio, seconds, sha256 } from "../../model/index.ts";
import type { ObjectArgs } from "./events.ts";
import { label, ownLabels, podSelector } from "./labels.ts";

function metadata(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs["metadata"] {
  return {
    name: plugin.name,
    namespace: environment.target.namespace,
    labels: { ...environment.monitoring.labels, ...ownLabels(plugin.name) },
  };
}

/** ServiceMonitor of the Prometheus operator (`monitoring.coreos.com/v1`); nothing where the plugin has no metrics. */
export function serviceMonitorArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs | undefined {
  const { metrics } = plugin.release.http;
  if (metrics === undefined) return undefined;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: metadata(environment, plugin),
    spec: { selector: podSelector(plugin.name), endpoints: [{ port: "http", path: metrics }] },
  };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/** PrometheusRule of a plugin: an alert for each objective of its `slo`, and one for each binding. */
export function prometheusRuleArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs | undefined {
  if (plugin.release.http.metrics === undefined) return undefined;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadata(environment, plugin),
    spec: {
      groups: [
        {
          name: `patchbay.${plugin.name}`,
          rules: [...objectiveRules(environment, plugin), ...bindingRules(environment, plugin)],
        },
      ],
    },
  };
}

/** Series of the plugin in its environment. */
export function selector(environment: ResolvedEnvironment, plugin: ResolvedPlugin, ...more: string[]): string {
  return `{${[`namespace="${environment.target.namespace}"`, `service="${plugin.name}"`, ...more].join(",")}}`;
}

/** Requests by OpenTelemetry's semantic conventions for HTTP (1.23, `http.server.request.duration`), as Prometheus names them. */
const requestDuration = "http_server_request_duration_seconds";

/** Expressions of the measures that an `slo` can name. */
export function measures(environment: ResolvedEnvironment, plugin: ResolvedPlugin) {
  const all = selector(environment, plugin);
  const failed = selector(environment, plugin, 'http_response_status_code=~"5.."');
  return {
    // A plugin without a single pod has no series at all, and is as unavailable as can be.
    availability: `(avg(up${all}) or vector(0))`,
    errorRate: `sum(rate(${requestDuration}_count${failed}[5m])) / sum(rate(${requestDuration}_count${all}[5m]))`,
    latencyP99: `histogram_quantile(0.99, sum by (le) (rate(${requestDuration}_bucket${all}[5m])))`,
    syncLag: `max(patchbay_sync_lag_seconds${all})`,
  };
}

function objectiveRules(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Rule[] {
  const { slo } = plugin.release;
  const expressions = measures(environment, plugin);
  const rule = (alert: string, expr: string, summary: string): Rule =>
    alertRule(environment, plugin, alert, expr, summary);
  const rules: Rule[] = [];
  if (slo.availability !== undefined)
    rules.push(
      rule(
        "PatchbayPluginUnavailable",
        `${expressions.availability} < ${String(ratio(slo.availability))}`,
        `is available less than ${slo.availability}`,
      ),
    );
  if (slo.errorRate !== undefined)
    rules.push(
      rule(
        "PatchbayPluginErrors",
        `${expressions.errorRate} > ${String(ratio(slo.errorRate))}`,
        `fails more than ${slo.errorRate} of its requests`,
      ),
    );
  if (slo.latencyP99 !== undefined)
    rules.push(
      rule(
        "PatchbayPluginSlow",
        `${expressions.latencyP99} > ${String(seconds(slo.latencyP99))}`,
        `takes more than ${slo.latencyP99} for 1 of 100 requests`,
      ),
    );
  if (slo.syncLag !== undefined)
    rules.push(
      rule(
        "PatchbayPluginSyncLag",
        `${expressions.syncLag} > ${String(seconds(slo.syncLag))}`,
        `lags more than ${slo.syncLag} behind`,
      ),
    );
  return rules;
}

function bindingRules(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Rule[] {
  return plugin.bindings.map(({ name }) => {
    const up = `min(patchbay_binding_up${selector(environment, plugin, `binding="${name}"`)})`;
    const rule = alertRule(
      environment,
      plugin,
      "PatchbayBindingDown",
      `${up} == 0`,
      `cannot reach what it is bound to as ${name}`,
    );
    return { ...rule, labels: { ...rule.labels, binding: name } };
  });
}

function alertRule(
  environment: ResolvedEnvironment,
  plugin: ResolvedPlugin,
  alert: string,
  expr: string,
  summary: string,
): Rule {
  return {
    alert,
    expr,
    for: "5m",
    labels: {
      severity: environment.stage === "production" ? "critical" : "warning",
      plugin: plugin.name,
      environment: environment.name,
    },
    annotations: { summary: `${plugin.name} ${plugin.version} in ${environment.name} ${summary}` },
  };
}

/** Grafana dashboard of a plugin as the sidecar of Grafana's chart finds it: a ConfigMap labelled `grafana_dashboard`. */
export function dashboardArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin) {
  const { name, namespace, labels } = metadata(environment, plugin);
  return {
    metadata: {
      name: `${name}-dashboard`,
      namespace,
      labels: { ...labels, [label.plugin]: name, grafana_dashboard: "1" },
    },
    data: { [`${environment.name}-${name}.json`]: JSON.stringify(dashboard(environment, plugin)) },
  };
}

function dashboard(environment: ResolvedEnvironment, plugin: ResolvedPlugin) {
  const expressions = measures(environment, plugin);
  const bindings = selector(environment, plugin);
  const panels = [
    { title: "Availability", expr: expressions.availability, unit: "percentunit" },
    { title: "Error rate", expr: expressions.errorRate, unit: "percentunit" },
    { title: "Latency, 99th percentile", expr: expressions.latencyP99, unit: "s" },
    { title: "Synchronisation lag", expr: expressions.syncLag, unit: "s" },
    { title: "Bindings up", expr: `min by (binding) (patchbay_binding_up${bindings})`, unit: "none" },
  ];
  return {
    // Grafana allows 40 characters, and needs the same ones again to find the dashboard it has.
    uid: sha256(`${environment.name}/${plugin.name}`).slice("sha256:".length, 39),
    title: `${plugin.name} in ${environment.name}`,
    tags: ["patchbay", environment.name],
    schemaVersion: 41,
    time: { from: "now-6h", to: "now" },
    panels: panels.map(({ title, expr, unit }, index) => ({
      id: index + 1,
      type: "timeseries",
      title,
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: [{ refId: "A", expr }],
    })),
  };
}
