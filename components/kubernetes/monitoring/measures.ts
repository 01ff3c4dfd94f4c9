import { ratio, seconds } from "../../../model/index.ts";
import { matchersOf, recordedOf, type Subject } from "./subject.ts";

/** Rule of Prometheus that records a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Series that are recorded of each plugin and each binding, with the labels `namespace`, `environment`, `plugin` and `binding`. */
export const recorded = {
  /** 1 while a plugin answers, or while it reaches what it is bound to; 0 otherwise. */
  up: "patchbay:up",
  requests: "patchbay:requests:rate5m",
  failures: "patchbay:failures:rate5m",
  /** Requests by the label `le`. */
  durations: "patchbay:request_duration_seconds_bucket:rate5m",
  accuracy: "patchbay:accuracy:ratio",
  /** What the `slo` says, by the label `objective`: a ratio, or seconds. */
  objective: "patchbay:objective",
  /** 1, with the labels `version`, `digest` and `configuration`: another series begins with each deployment. */
  release: "patchbay:release_info",
} as const;

export const syncLag = "patchbay_sync_lag_seconds";

/** What is recorded of a subject. */
export function recordingRules(subject: Subject): RecordingRule[] {
  const { requests, labels, objectives } = subject;
  const rate = (series: string, more = "") => `rate(${requests.histogram}_${series}{${requests.matchers}${more}}[5m])`;
  const all = `sum(${rate("count")})`;
  const rule = (record: string, expr: string): RecordingRule => ({ record, expr, labels });
  return [
    rule(recorded.up, subject.kind === "Plugin" ? answering(subject) : reaching(subject)),
    rule(recorded.requests, all),
    // Without a single failure there is no series of them, which is none and not unknown.
    rule(recorded.failures, `sum(${rate("count", `,${requests.failed}`)}) or 0 * ${all}`),
    rule(recorded.durations, `sum by (le) (${rate("bucket")})`),
    ...(objectives.accuracy === undefined ? [] : [rule(recorded.accuracy, accurate(subject, objectives.accuracy))]),
    ...objectiveRules(subject),
  ];
}

/**
 * A plugin answers while one of its pods does. It counts from its first answer on (a plugin that never started has failed its
 * deployment, and has broken no promise yet); from then on, no pod at all is as unavailable as can be.
 */
function answering(subject: Subject): string {
  const up = `max(up{${matchersOf(subject)}})`;
  return `(${up} or vector(0)) and on () (${up} > 0 or last_over_time(${recorded.up}${recordedOf(subject)}[1d]))`;
}

/** A binding is as good as it is for the pod that it is worst for. */
function reaching(subject: Subject): string {
  return `min(patchbay_binding_up{${matchersOf(subject)}})`;
}

/** Share of the data that is right; nothing while there is none. */
function accurate({ exposed }: Subject, { good, total }: { readonly good: string; readonly total: string }): string {
  // On lines of their own: a query may end with a comment.
  const sum = (query: string) => `sum(\n${query.replaceAll("$selector", exposed)}\n)`;
  return `(${sum(good)} or vector(0)) / (${sum(total)} > 0)`;
}

function objectiveRules({ objectives, labels }: Subject): RecordingRule[] {
  const { availability, errorRate, latencyP99, syncLag: lag, accuracy } = objectives;
  const rules = (values: Readonly<Record<string, string | undefined>>, read: (value: string) => number) =>
    Object.entries(values).flatMap(([objective, value]) =>
      value === undefined
        ? []
        : [{ record: recorded.objective, expr: `vector(${String(read(value))})`, labels: { ...labels, objective } }],
    );
  return [
    ...rules({ availability, errorRate, accuracy: accuracy?.objective }, ratio),
    ...rules({ latencyP99, syncLag: lag }, seconds),
  ];
}
