import { recorded } from "./measures.ts";

/** A query of a panel, with what its series are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** Where values turn bad: the colour from there on. */
export interface Step {
  readonly color: "green" | "yellow" | "orange" | "red";
  /** Nothing for the lowest step. */
  readonly value: number | null;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: "timeseries" | "state-timeline" | "table" | "bargauge";
  readonly unit: "percentunit" | "s" | "short" | "none";
  readonly queries: readonly Query[];
  readonly steps?: readonly Step[];
  readonly max?: number;
}

/** Whose series a panel shows. */
export type Shown = "plugins" | "bindings";

export const legendOf: Readonly<Record<Shown, string>> = {
  plugins: "{{plugin}}",
  bindings: "{{plugin}}: {{binding}}",
};

/** How the legends of objectives begin; their series are drawn as dashed lines. */
export const objectivePrefix = "objective of";

/** Matchers of what is recorded of the plugins that are chosen, or of their bindings. */
export function chosen(namespace: string, shown: Shown): string {
  return `namespace="${namespace}",plugin=~"$plugin",binding${shown === "plugins" ? "=" : "!="}""`;
}

export function objective(namespace: string, shown: Shown, name: string): Query {
  return {
    expr: `${recorded.objective}{${chosen(namespace, shown)},objective="${name}"}`,
    legend: `${objectivePrefix} ${legendOf[shown]}`,
  };
}

/** Share of requests that fail, beside what is allowed. */
export function errorRate(namespace: string, shown: Shown): Pick<Panel, "type" | "unit" | "queries"> {
  const series = `{${chosen(namespace, shown)}}`;
  const expr = `${recorded.failures}${series} / ${recorded.requests}${series}`;
  return {
    type: "timeseries",
    unit: "percentunit",
    queries: [{ expr, legend: legendOf[shown] }, objective(namespace, shown, "errorRate")],
  };
}

/** 99th percentile of the durations of requests, beside what is allowed. */
export function latency(namespace: string, shown: Shown): Pick<Panel, "type" | "unit" | "queries"> {
  const expr = `histogram_quantile(0.99, ${recorded.durations}{${chosen(namespace, shown)}})`;
  return {
    type: "timeseries",
    unit: "s",
    queries: [{ expr, legend: legendOf[shown] }, objective(namespace, shown, "latencyP99")],
  };
}
