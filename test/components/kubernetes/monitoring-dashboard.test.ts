import { expect, test } from "vitest";
import { dashboardArgs } from "../../../components/kubernetes/monitoring/dashboard.ts";
import { allUnder, at } from "../../support/mock-world.ts";
import { shopContext } from "./context.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

function dashboard(changes: { readonly name?: string; readonly namespace?: string } = {}): Dashboard {
  const { environment } = shopContext();
  const { name = environment.name, namespace = environment.target.namespace } = changes;
  const { data } = dashboardArgs({ ...environment, name, target: { ...environment.target, namespace } });
  const [text = ""] = Object.values(data as Record<string, string>);
  return JSON.parse(text) as Dashboard;
}

const queried = ({ panels }: Dashboard) => panels.filter(({ type }) => type !== "text");

test("is a ConfigMap that Grafana's sidecar finds", () => {
  const { environment } = shopContext({
    environment: { monitoring: { prometheus: true, labels: { team: "shop" } } },
  });

  expect(dashboardArgs(environment).metadata).toEqual({
    name: "patchbay-dashboard",
    namespace: "storefront-dev",
    labels: {
      team: "shop",
      "app.kubernetes.io/managed-by": "patchbay",
      "patchbay.dev/environment": "dev",
      grafana_dashboard: "1",
    },
  });
  expect(Object.keys(dashboardArgs(environment).data as object)).toEqual(["patchbay-dev.json"]);
});

test("shows plugins on the left and their integrations on the right", () => {
  const titles = (x: number) =>
    dashboard()
      .panels.filter(({ gridPos }) => gridPos.x === x)
      .map(({ title }) => title);

  expect(titles(0)).toEqual([
    "",
    "Releases",
    "Pods by release",
    "Availability, last hour",
    "Error rate",
    "Latency, 99th percentile",
    "Burn rate, last hour",
    "Error budget left of 30 days",
  ]);
  expect(titles(12)).toEqual([
    "",
    "Bindings",
    "Calls per second",
    "Availability of bindings, last hour",
    "Error rate of calls",
    "Latency of calls, 99th percentile",
    "Synchronisation lag",
    "Data accuracy",
  ]);
});

test("marks deployments and alerts across all panels", () => {
  const release = 'patchbay:release_info{namespace="storefront-dev",plugin=~"$plugin"}';

  expect(dashboard().annotations.list.map(({ name, expr }) => [name, expr])).toEqual([
    ["Deployments", `${release} unless ${release} offset 5m`],
    ["Alerts", 'ALERTS{alertname=~"Patchbay.*",alertstate="firing",namespace="storefront-dev",plugin=~"$plugin"}'],
  ]);
});

test("asks for the chosen plugins of its own namespace only", () => {
  for (const { targets = [], title } of queried(dashboard())) {
    expect(targets.length, title).toBeGreaterThan(0);
    for (const { expr } of targets) {
      expect(expr, title).toContain('namespace="storefront-dev"');
      expect(expr, title).toContain('=~"$plugin"');
    }
  }
});

test("explains every panel, and gives each a place and an identity of its own", () => {
  const { panels } = dashboard();
  const distinct = (values: readonly unknown[]) => new Set(values.map((value) => JSON.stringify(value))).size;

  for (const { description, title } of queried(dashboard())) expect(description, title).toMatch(/\w.*\./);
  expect(distinct(panels.map(({ id }) => id))).toBe(panels.length);
  expect(distinct(panels.map(({ gridPos }) => gridPos))).toBe(panels.length);
});

test("draws objectives beside what they are of", () => {
  const objectives = queried(dashboard()).filter(({ targets = [] }) =>
    targets.some(({ expr }) => expr.startsWith("patchbay:objective{")),
  );

  expect(objectives.map(({ title }) => title)).toEqual([
    "Availability, last hour",
    "Error rate",
    "Latency, 99th percentile",
    "Availability of bindings, last hour",
    "Error rate of calls",
    "Latency of calls, 99th percentile",
    "Synchronisation lag",
    "Data accuracy",
  ]);
});

test("takes every query from the Prometheus that is chosen", () => {
  expect(allUnder(dashboard(), "datasource")).toEqual([{ type: "prometheus", uid: "${datasource}" }]);
  expect(at(dashboard(), "templating.list.0.query")).toBe("prometheus");
});

test("keeps an identity of its own in each environment, short enough for Grafana", () => {
  expect(dashboard().uid).toBe(dashboard().uid);
  expect(dashboard().uid).not.toBe(dashboard({ name: "prod" }).uid);
  expect(dashboard().uid).not.toBe(dashboard({ namespace: "crm-dev" }).uid);
  expect(dashboard().uid).toMatch(/^[0-9a-f]{8,40}$/);
});
