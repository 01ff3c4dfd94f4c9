import { recorded } from "./measures.ts";
import { chosen, errorRate, latency, legendOf, objective, type Panel, type Step } from "./panel.ts";

/** How the plugins of a namespace do, and which releases they are. */
export function pluginPanels(namespace: string): readonly Panel[] {
  const series = `{${chosen(namespace, "plugins")}}`;
  return [
    {
      title: "Releases",
      description: "What is declared to run. A changed configuration is a deployment too, of the same version.",
      type: "table",
      unit: "none",
      queries: [{ expr: `${recorded.release}${series}`, legend: "" }],
    },
    {
      title: "Pods by release",
      description: "Pods that answer. During a rollout the old release gives way to the new one.",
      type: "timeseries",
      unit: "short",
      queries: [
        {
          expr: `sum by (service, app_kubernetes_io_version) (up{namespace="${namespace}",service=~"$plugin"})`,
          legend: "{{service}} {{app_kubernetes_io_version}}",
        },
      ],
    },
    {
      title: "Availability, last hour",
      description: "Share of the hour in which at least one pod answered.",
      type: "timeseries",
      unit: "percentunit",
      queries: [
        { expr: `avg_over_time(${recorded.up}${series}[1h])`, legend: legendOf.plugins },
        objective(namespace, "plugins", "availability"),
      ],
    },
    {
      title: "Error rate",
      description: "Share of requests answered with 5xx in the last 5 minutes.",
      ...errorRate(namespace, "plugins"),
    },
    {
      title: "Latency, 99th percentile",
      description: "99 of 100 requests of the last 5 minutes took at most as long.",
      ...latency(namespace, "plugins"),
    },
    ...budgetPanels(namespace),
  ];
}

function budgetPanels(namespace: string): readonly Panel[] {
  return [
    {
      title: "Burn rate, last hour",
      description: "1 uses the error budget up in just 30 days. From 14.4 on somebody is woken in production.",
      type: "timeseries",
      unit: "short",
      queries: burnt(namespace, "1h"),
      steps: burnSteps,
    },
    {
      title: "Error budget left of 30 days",
      description: "1 minus what the last 30 days have used. Below zero the objective is missed.",
      type: "bargauge",
      unit: "percentunit",
      queries: burnt(namespace, "30d").map(({ expr, legend }) => ({ expr: `1 - ${expr}`, legend })),
      steps: budgetSteps,
      max: 1,
    },
  ];
}

const burnSteps: readonly Step[] = [
  { color: "green", value: null },
  { color: "yellow", value: 1 },
  { color: "orange", value: 6 },
  { color: "red", value: 14.4 },
];

const budgetSteps: readonly Step[] = [
  { color: "red", value: null },
  { color: "yellow", value: 0 },
  { color: "green", value: 0.25 },
];

/** What was bad in a window, as a multiple of what the objective allows. */
function burnt(namespace: string, window: string) {
  const series = `{${chosen(namespace, "plugins")}}`;
  const allowed = (name: string) => objective(namespace, "plugins", name).expr;
  const total = (record: string) => `sum_over_time(${record}${series}[${window}])`;
  const failed = `${total(recorded.failures)} / ${total(recorded.requests)}`;
  const down = `(1 - avg_over_time(${recorded.up}${series}[${window}]))`;
  return [
    { expr: `${failed} / on (namespace, plugin) ${allowed("errorRate")}`, legend: "{{plugin}}: errors" },
    { expr: `${down} / on (namespace, plugin) (1 - ${allowed("availability")})`, legend: "{{plugin}}: availability" },
  ];
}
