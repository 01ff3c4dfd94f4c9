import { recorded, syncLag } from "./measures.ts";
import { chosen, errorRate, latency, legendOf, objective, type Panel, type Query } from "./panel.ts";

/** How the bindings of a namespace's plugins do, and the data that they keep in step. */
export function integrationPanels(namespace: string): readonly Panel[] {
  const series = `{${chosen(namespace, "bindings")}}`;
  return [
    {
      title: "Bindings",
      description: "Whether each plugin reaches what it is bound to, from the pod that has most trouble with it.",
      type: "state-timeline",
      unit: "none",
      queries: [{ expr: `${recorded.up}${series}`, legend: legendOf.bindings }],
    },
    {
      title: "Calls per second",
      description: "What each plugin asks of what it is bound to: HTTP requests, and operations of databases.",
      type: "timeseries",
      unit: "short",
      queries: [{ expr: `${recorded.requests}${series}`, legend: legendOf.bindings }],
    },
    {
      title: "Availability of bindings, last hour",
      description: "Share of the hour in which every pod reached what it is bound to.",
      type: "timeseries",
      unit: "percentunit",
      queries: [
        { expr: `avg_over_time(${recorded.up}${series}[1h])`, legend: legendOf.bindings },
        objective(namespace, "bindings", "availability"),
      ],
    },
    {
      title: "Error rate of calls",
      description: "Share of calls of the last 5 minutes that failed: 5xx, no answer, a failed query.",
      ...errorRate(namespace, "bindings"),
    },
    {
      title: "Latency of calls, 99th percentile",
      description: "99 of 100 calls of the last 5 minutes took at most as long.",
      ...latency(namespace, "bindings"),
    },
    ...dataPanels(namespace),
  ];
}

function dataPanels(namespace: string): readonly Panel[] {
  return [
    {
      title: "Synchronisation lag",
      description: "Delay of the data that a plugin keeps in step.",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: `max by (service, binding) (${syncLag}{namespace="${namespace}",service=~"$plugin"})`,
          legend: "{{service}} {{binding}}",
        },
        ...objectives(namespace, "syncLag"),
      ],
    },
    {
      title: "Data accuracy",
      description: "Share of the data that agrees with its source.",
      type: "timeseries",
      unit: "percentunit",
      queries: [
        {
          expr: `${recorded.accuracy}{namespace="${namespace}",plugin=~"$plugin"}`,
          legend: "{{plugin}} {{binding}}",
        },
        ...objectives(namespace, "accuracy"),
      ],
    },
  ];
}

/** What is allowed to plugins and to bindings. */
function objectives(namespace: string, name: string): readonly Query[] {
  return [objective(namespace, "plugins", name), objective(namespace, "bindings", name)];
}
