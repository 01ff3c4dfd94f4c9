import { type Objectives, ratio, type Stage, seconds } from "../../../model/index.ts";
import { burning, type Exceeds, type Pace, rounded } from "./burn-rate.ts";
import { recorded, syncLag } from "./measures.ts";
import { matchersOf, recordedOf, type Subject } from "./subject.ts";

/** Rule of Prometheus that alerts. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<"summary" | "description" | "action", string>>;
}

interface Alert {
  /** The last part of its name. */
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  /** Whether somebody must act at once, where anybody is ever woken. */
  readonly urgent: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** What happened, to follow the subject's title. */
  readonly summary: string;
  readonly description: string;
  readonly action: string;
}

/** Share of requests that may be slower than the 99th percentile's objective. */
const slowShare = 0.01;

const compareWithDeployments =
  "See on the environment's dashboard whether it began with a deployment; if so, return to the release before it.";

/** Alerts of a subject: one or two for each of its objectives, and one of each binding that is down. */
export function alertingRules(subject: Subject, stage: Stage): AlertingRule[] {
  const { objectives } = subject;
  return [
    ...availabilityAlerts(subject, objectives),
    ...errorAlerts(subject, objectives),
    ...latencyAlerts(subject, objectives),
    ...lagAlert(subject, objectives),
    ...accuracyAlert(subject, objectives),
    ...(subject.kind === "Binding" ? [downAlert(subject)] : []),
  ].map(({ name, expr, for: duration, urgent, labels, summary, description, action }) => ({
    alert: `Patchbay${subject.kind}${name}`,
    expr,
    for: duration,
    labels: { ...subject.labels, ...labels, severity: urgent && stage === "production" ? "page" : "ticket" },
    annotations: { summary: `${subject.title} ${summary}`, description, action },
  }));
}

/** Two alerts of an error budget: one that it burns fast, and one that it burns slowly. */
function budgetAlerts(
  budget: number,
  exceeds: Exceeds,
  alert: Pick<Alert, "name" | "summary" | "description" | "action">,
): Alert[] {
  return (["fast", "slow"] as const).flatMap((pace: Pace) => {
    const expr = burning(pace, budget, exceeds);
    if (expr === undefined) return [];
    const fast = pace === "fast";
    return [{ ...alert, expr, for: fast ? "2m" : "15m", urgent: fast, labels: { burn: pace } }];
  });
}

function availabilityAlerts(subject: Subject, { availability }: Objectives): Alert[] {
  if (availability === undefined) return [];
  const up = `${recorded.up}${recordedOf(subject)}`;
  const plugin = subject.kind === "Plugin";
  return budgetAlerts(
    rounded(1 - ratio(availability)),
    (window, share) => `1 - avg_over_time(${up}[${window}]) > ${String(share)}`,
    {
      name: "Unavailable",
      summary: plugin ? "does not answer often enough" : "is out of reach too often",
      description: `At this pace it will be available for less than ${availability} of 30 days.`,
      action: plugin
        ? `Look at the plugin's pods, their events and their last log lines. ${compareWithDeployments}`
        : "See whether the service runs, and whether network policies and credentials let the plugin reach it.",
    },
  );
}

function errorAlerts(subject: Subject, { errorRate }: Objectives): Alert[] {
  if (errorRate === undefined) return [];
  const series = recordedOf(subject);
  return budgetAlerts(
    ratio(errorRate),
    (window, share) => {
      // What is recorded is the rate of five minutes already. Without requests this is 0 / 0, for which no comparison holds.
      const [failures, requests] = [recorded.failures, recorded.requests].map((name) =>
        window === "5m" ? `${name}${series}` : `sum_over_time(${name}${series}[${window}])`,
      );
      return `${String(failures)} / ${String(requests)} > ${String(share)}`;
    },
    {
      name: "Errors",
      summary: subject.kind === "Plugin" ? "fails too many requests" : "fails too many calls",
      description: `{{ $value | humanizePercentage }} failed; the objective allows ${errorRate} over 30 days.`,
      action:
        subject.kind === "Plugin"
          ? `Look at the plugin's logs and at its bindings. ${compareWithDeployments}`
          : "Look at the service's health and at the plugin's logs of its calls; tell the service's owners.",
    },
  );
}

function latencyAlerts(subject: Subject, { latencyP99 }: Objectives): Alert[] {
  if (latencyP99 === undefined) return [];
  const durations = `${recorded.durations}${recordedOf(subject)}`;
  return budgetAlerts(
    slowShare,
    (window, share) => {
      const inWindow = window === "5m" ? durations : `sum_over_time(${durations}[${window}])`;
      // More than a share of them is slower than the objective exactly when the quantile of the others is.
      return `histogram_quantile(${String(rounded(1 - share))}, ${inWindow}) > ${String(seconds(latencyP99))}`;
    },
    {
      name: "Slow",
      summary: subject.kind === "Plugin" ? "answers too slowly" : "is too slow",
      description: `At this pace more than 1 % of 30 days' requests will take longer than ${latencyP99}.`,
      action: `Compare the latency of the plugin with that of its bindings. ${compareWithDeployments}`,
    },
  );
}

function lagAlert(subject: Subject, { syncLag: most }: Objectives): Alert[] {
  if (most === undefined) return [];
  return [
    {
      name: "SyncLag",
      expr: `max(${syncLag}{${matchersOf(subject)}}) > ${String(seconds(most))}`,
      for: "5m",
      urgent: true,
      summary: "lags too far behind",
      description: `The data is {{ $value | humanizeDuration }} behind; the objective is ${most}.`,
      action: "See whether the source answers and whether events arrive, and look into the dead letters.",
    },
  ];
}

function accuracyAlert(subject: Subject, { accuracy }: Objectives): Alert[] {
  if (accuracy === undefined) return [];
  return [
    {
      name: "Inaccurate",
      expr: `${recorded.accuracy}${recordedOf(subject)} < ${String(ratio(accuracy.objective))}`,
      for: "15m",
      urgent: false,
      summary: "holds data that is not right",
      description: `{{ $value | humanizePercentage }} of the data is right; the objective is ${accuracy.objective}.`,
      action: `Find what differs from its source, and synchronise that again. ${compareWithDeployments}`,
    },
  ];
}

function downAlert(subject: Subject): Alert {
  return {
    name: "Down",
    expr: `${recorded.up}${recordedOf(subject)} == 0`,
    for: "5m",
    urgent: true,
    summary: "is down",
    description: "At least one pod of the plugin has not reached what it is bound to for 5 minutes.",
    action: "See whether the service runs, and whether network policies and credentials let the plugin reach it.",
  };
}
