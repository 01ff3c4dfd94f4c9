import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why promtool cannot be run; nothing where it can. */
export function promtoolMissing(): string | undefined {
  return spawnSync("promtool", ["--version"]).error === undefined
    ? undefined
    : "promtool is not on the PATH; Debian and Ubuntu have it in the package prometheus, others at https://prometheus.io/download/";
}

/** Series over time, in promtool's notation: `0+10x60` is 60 steps of 10 a minute, `_` is nothing. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** What a query gives at a time after the beginning, such as `1h`: series, each with its value. */
export interface Expectation {
  readonly at: string;
  readonly query: string;
  readonly gives: Readonly<Record<string, number>>;
}

/** An alert that fires at a time, as people get it. */
export interface Notification {
  readonly at: string;
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What promtool says of files of rules, with all that it warns of as an error; nothing where it has no objection. */
export function checkRules(files: readonly unknown[]): string {
  return inFolder((write) => {
    const paths = files.map((content, index) => write(`rules-${String(index)}.json`, content));
    return promtool(["check", "rules", "--lint=all", "--lint-fatal", ...paths]);
  });
}

/** What promtool says where series, evaluated each minute by rules, do not give what is expected; nothing where they do. */
export function testRules(
  rules: unknown,
  series: readonly Series[],
  expected: readonly Expectation[],
  notifications: readonly Notification[] = [],
): string {
  return inFolder((write) => {
    const test = {
      rule_files: [write("rules.json", rules)],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: series,
          promql_expr_test: expected.map(({ at, query, gives }) => ({
            expr: query,
            eval_time: at,
            exp_samples: Object.entries(gives).map(([labels, value]) => ({ labels, value })),
          })),
          alert_rule_test: notifications.map(({ at, alert, labels, annotations }) => ({
            eval_time: at,
            alertname: alert,
            exp_alerts: [{ exp_labels: labels, exp_annotations: annotations }],
          })),
        },
      ],
    };
    return promtool(["test", "rules", write("test.json", test)]);
  });
}

function promtool(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

/** YAML is what promtool reads, and JSON is YAML. */
function inFolder<T>(use: (write: (name: string, content: unknown) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-promtool-"));
  try {
    return use((name, content) => {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(content));
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
