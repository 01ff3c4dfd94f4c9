import type { types } from "@pulumi/kubernetes";
import { type ResolvedEnvironment, sha256 } from "../../../model/index.ts";
import { label } from "../labels.ts";
import { integrationPanels } from "./integration-panels.ts";
import { recorded } from "./measures.ts";
import { objectivePrefix, type Panel } from "./panel.ts";
import { pluginPanels } from "./plugin-panels.ts";

type ConfigMap = types.input.core.v1.ConfigMap;

/** Grafana's dashboard of an environment, as the sidecar of Grafana's chart finds it: a ConfigMap labelled `grafana_dashboard`. */
export function dashboardArgs(environment: ResolvedEnvironment): ConfigMap {
  return {
    metadata: {
      name: "patchbay-dashboard",
      namespace: environment.target.namespace,
      labels: {
        ...environment.monitoring.labels,
        "app.kubernetes.io/managed-by": "patchbay",
        [label.environment]: environment.name,
        grafana_dashboard: "1",
      },
    },
    data: { [`patchbay-${environment.name}.json`]: JSON.stringify(dashboard(environment)) },
  };
}

const datasource = { type: "prometheus", uid: "${datasource}" };

/** Plugins on the left, their integrations on the right, deployments and alerts across both. */
function dashboard({ name, host, target }: ResolvedEnvironment) {
  const { namespace, cluster } = target;
  return {
    // Grafana allows 40 characters, and needs the same ones again to find the dashboard it has.
    uid: sha256(`${cluster ?? name}/${namespace}`).slice("sha256:".length, 39),
    title: `${host.name}: plugins and integrations in ${name}`,
    tags: ["patchbay", name],
    schemaVersion: 41,
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    // One crosshair for all panels: what happens here is compared with what happens there.
    graphTooltip: 1,
    templating: { list: variables(namespace) },
    annotations: { list: annotations(namespace) },
    panels: [
      ...column("Plugins", pluginPanels(namespace), 0),
      ...column("Integrations", integrationPanels(namespace), 12),
    ],
  };
}

function variables(namespace: string) {
  const query = `label_values(${recorded.release}{namespace="${namespace}"}, plugin)`;
  return [
    { type: "datasource", name: "datasource", label: "Prometheus", query: "prometheus" },
    {
      type: "query",
      name: "plugin",
      label: "Plugin",
      datasource,
      query: { query, refId: "plugins" },
      refresh: 2,
      sort: 1,
      multi: true,
      includeAll: true,
      current: { text: ["All"], value: ["$__all"] },
    },
  ];
}

/** A deployment begins a series, and an alert that fires has one while it does. */
function annotations(namespace: string) {
  const matchers = `namespace="${namespace}",plugin=~"$plugin"`;
  const release = `${recorded.release}{${matchers}}`;
  const common = { datasource, enable: true, step: "60s" };
  return [
    {
      ...common,
      name: "Deployments",
      iconColor: "blue",
      expr: `${release} unless ${release} offset 5m`,
      titleFormat: "{{plugin}} {{version}}",
      textFormat: "{{digest}}, configuration {{configuration}}",
      tagKeys: "plugin,version",
    },
    {
      ...common,
      name: "Alerts",
      iconColor: "red",
      expr: `ALERTS{alertname=~"Patchbay.*",alertstate="firing",${matchers}}`,
      titleFormat: "{{alertname}}",
      textFormat: "{{plugin}} {{binding}}",
      tagKeys: "plugin,severity",
    },
  ];
}

/** Half as wide as a dashboard, which has 24 columns. */
const width = 12;
const headingHeight = 2;
const panelHeight = 8;

function column(heading: string, panels: readonly Panel[], x: number) {
  // Identities of the two columns must differ.
  const id = x * 10 + 1;
  return [
    {
      id,
      type: "text",
      title: "",
      transparent: true,
      gridPos: { x, y: 0, w: width, h: headingHeight },
      options: { mode: "markdown", content: `## ${heading}` },
    },
    ...panels.map((panel, index) => ({
      id: id + index + 1,
      gridPos: { x, y: headingHeight + index * panelHeight, w: width, h: panelHeight },
      ...drawn(panel),
    })),
  ];
}

function drawn({ title, description, type, unit, queries, steps, max }: Panel) {
  const latest = type === "table" || type === "bargauge";
  return {
    type,
    title,
    description,
    datasource,
    fieldConfig: {
      defaults: {
        unit,
        ...(max !== undefined && { max }),
        ...(steps && { thresholds: { mode: "absolute", steps } }),
        ...(steps && type === "timeseries" && { custom: { thresholdsStyle: { mode: "dashed" } } }),
        ...(type === "state-timeline" && { mappings: upOrDown }),
      },
      overrides: [dashedObjectives],
    },
    options: {},
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      ...(latest && { instant: true, range: false }),
      ...(type === "table" ? { format: "table" } : { legendFormat: legend }),
    })),
    ...(type === "table" && { transformations: [releaseColumns] }),
  };
}

const upOrDown = [{ type: "value", options: { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } } }];

const dashedObjectives = {
  matcher: { id: "byRegexp", options: `/^${objectivePrefix}/` },
  properties: [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } },
    { id: "custom.fillOpacity", value: 0 },
  ],
};

const releaseColumns = {
  id: "filterFieldsByName",
  options: { include: { names: ["plugin", "version", "digest", "configuration"] } },
};
