import { describe, expect, test } from "vitest";
import { dashboardArgs, prometheusRuleArgs, serviceMonitorArgs } from "../../../components/kubernetes/monitoring.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, shopContext } from "./context.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

function rules(changes?: Changes): Rule[] {
  const { environment, plugin } = shopContext(changes);
  return (at(prometheusRuleArgs(environment, plugin), "spec.groups.0.rules") ?? []) as Rule[];
}

const series = 'namespace="storefront-dev",service="payment-gateway"';

describe("Prometheus", () => {
  test("scrapes the plugin's Service at its metrics", () => {
    const { environment, plugin } = shopContext({
      environment: { monitoring: { prometheus: true, labels: { release: "kube-prometheus-stack" } } },
    });

    expect(serviceMonitorArgs(environment, plugin)).toEqual({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: {
        name: "payment-gateway",
        namespace: "storefront-dev",
        labels: {
          release: "kube-prometheus-stack",
          "app.kubernetes.io/managed-by": "patchbay",
          "patchbay.dev/plugin": "payment-gateway",
        },
      },
      spec: {
        selector: { matchLabels: { "patchbay.dev/plugin": "payment-gateway" } },
        endpoints: [{ port: "http", path: "/metrics" }],
      },
    });
  });

  test("finds nothing to scrape, and nothing to alert of, where the plugin has no metrics", () => {
    const { environment, plugin } = shopContext({ release: { http: {} } });

    expect(serviceMonitorArgs(environment, plugin)).toBeUndefined();
    expect(prometheusRuleArgs(environment, plugin)).toBeUndefined();
  });
});

describe("alerts", () => {
  test("are one for each objective of the release, and one for each binding", () => {
    const duration = "http_server_request_duration_seconds";

    expect(rules().map(({ alert, expr }) => [alert, expr])).toEqual([
      ["PatchbayPluginUnavailable", `(avg(up{${series}}) or vector(0)) < 0.999`],
      [
        "PatchbayPluginErrors",
        `sum(rate(${duration}_count{${series},http_response_status_code=~"5.."}[5m])) / sum(rate(${duration}_count{${series}}[5m])) > 0.01`,
      ],
      ["PatchbayPluginSlow", `histogram_quantile(0.99, sum by (le) (rate(${duration}_bucket{${series}}[5m]))) > 0.3`],
      ["PatchbayPluginSyncLag", `max(patchbay_sync_lag_seconds{${series}}) > 60`],
      ...["fraud", "inventory", "orders", "tax-calculator"].map((binding) => [
        "PatchbayBindingDown",
        `min(patchbay_binding_up{${series},binding="${binding}"}) == 0`,
      ]),
    ]);
  });

  test("are for no objective that the release does not state", () => {
    const names = rules({ release: { slo: { errorRate: "2%" } } }).map(({ alert }) => alert);

    expect(names.filter((name) => name !== "PatchbayBindingDown")).toEqual(["PatchbayPluginErrors"]);
  });

  test("say whose they are, and for people what happened", () => {
    expect(rules()[0]).toMatchObject({
      for: "5m",
      labels: { severity: "warning", plugin: "payment-gateway", environment: "dev" },
      annotations: { summary: "payment-gateway 2.4.1 in dev is available less than 99.9%" },
    });
    expect(rules().at(-1)?.labels).toMatchObject({ binding: "tax-calculator" });
  });

  test("wake somebody in production only", () => {
    const { environment, plugin } = shopContext();
    const production = prometheusRuleArgs({ ...environment, stage: "production" }, plugin);

    expect(at(production, "spec.groups.0.rules.0.labels.severity")).toBe("critical");
  });
});

describe("the dashboard", () => {
  function dashboard(environmentName = "dev"): { key: string; labels: unknown; content: Record<string, unknown> } {
    const { environment, plugin } = shopContext();
    const { metadata, data } = dashboardArgs({ ...environment, name: environmentName }, plugin);
    const [[key, text] = ["", ""]] = Object.entries(data);
    return { key, labels: metadata.labels, content: JSON.parse(text) as Record<string, unknown> };
  }

  test("is a ConfigMap that Grafana's sidecar finds", () => {
    const { key, labels } = dashboard();

    expect(key).toBe("dev-payment-gateway.json");
    expect(labels).toMatchObject({ grafana_dashboard: "1", "patchbay.dev/plugin": "payment-gateway" });
  });

  test("shows every measure that an slo can name, and the bindings", () => {
    const panels = dashboard().content.panels as { title: string; targets: { expr: string }[] }[];

    expect(panels.map(({ title }) => title)).toEqual([
      "Availability",
      "Error rate",
      "Latency, 99th percentile",
      "Synchronisation lag",
      "Bindings up",
    ]);
    for (const { targets, title } of panels) expect(targets[0]?.expr, title).toContain(series);
  });

  test("keeps an identity of its own in each environment, short enough for Grafana", () => {
    const uid = (environment: string) => dashboard(environment).content.uid;

    expect(uid("dev")).toBe(uid("dev"));
    expect(uid("dev")).not.toBe(uid("prod"));
    expect(uid("dev")).toMatch(/^[0-9a-f]{8,40}$/);
  });
});
