import { describe, expect, test } from "vitest";
import { prometheusRuleArgs } from "../../../components/kubernetes/monitoring/rules.ts";
import { serviceMonitorArgs } from "../../../components/kubernetes/monitoring/scrape.ts";
import type { Stage } from "../../../model/index.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, shopContext } from "./context.ts";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

function groups(changes?: Changes, stage?: Stage): Group[] {
  const { environment, plugin } = shopContext(changes);
  const args = prometheusRuleArgs({ ...environment, ...(stage && { stage }) }, plugin);
  return (at(args, "spec.groups") ?? []) as Group[];
}

/** Rules of a plugin, or of one of its bindings. */
function rules(changes?: Changes, binding?: string, stage?: Stage): readonly Rule[] {
  const name = ["patchbay", "payment-gateway", ...(binding === undefined ? [] : [binding])].join(".");
  return groups(changes, stage).find((group) => group.name === name)?.rules ?? [];
}

const alertsOf = (all: readonly Rule[]) => all.filter(({ alert }) => alert !== undefined);
const expressionOf = (all: readonly Rule[], record: string) => all.find((rule) => rule.record === record)?.expr;

const exposed = 'namespace="storefront-dev",service="payment-gateway"';
const own = '{namespace="storefront-dev",plugin="payment-gateway",binding=""}';

describe("the ServiceMonitor", () => {
  test("has the plugin's own Service scraped at its metrics, and keeps releases apart", () => {
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
        selector: { matchLabels: { "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "workload" } },
        endpoints: [{ port: "http", path: "/metrics" }],
        podTargetLabels: ["app.kubernetes.io/version", "rollouts-pod-template-hash"],
      },
    });
  });

  test("is missing, and so are the rules, where the plugin has no metrics", () => {
    const { environment, plugin } = shopContext({ release: { http: {} } });

    expect(serviceMonitorArgs(environment, plugin)).toBeUndefined();
    expect(prometheusRuleArgs(environment, plugin)).toBeUndefined();
  });
});

describe("what is recorded", () => {
  test("stands in a group for the plugin, and one for each of its bindings", () => {
    expect(groups().map(({ name }) => name)).toEqual([
      "patchbay.payment-gateway",
      "patchbay.payment-gateway.fraud",
      "patchbay.payment-gateway.inventory",
      "patchbay.payment-gateway.orders",
      "patchbay.payment-gateway.tax-calculator",
    ]);
  });

  test("are requests of a plugin by OpenTelemetry's name for them", () => {
    const all = `sum(rate(http_server_request_duration_seconds_count{${exposed}}[5m]))`;

    expect(expressionOf(rules(), "patchbay:requests:rate5m")).toBe(all);
    expect(expressionOf(rules(), "patchbay:failures:rate5m")).toBe(
      `sum(rate(http_server_request_duration_seconds_count{${exposed},http_response_status_code=~"5.."}[5m])) or 0 * ${all}`,
    );
  });

  test.each([
    ["inventory", "http_client_request_duration_seconds", 'server_address="inventory.erp.svc",server_port="80"'],
    ["fraud", "http_client_request_duration_seconds", 'server_address="fraud.example.com",server_port="443"'],
    ["orders", "db_client_operation_duration_seconds", 'server_address="orders-db.data.svc"'],
    [
      "tax-calculator",
      "http_client_request_duration_seconds",
      'server_address="tax-calculator.storefront-dev.svc.cluster.local",server_port="80"',
    ],
  ])("are calls to %s by its address", (binding, histogram, address) => {
    expect(expressionOf(rules({}, binding), "patchbay:requests:rate5m")).toBe(
      `sum(rate(${histogram}_count{${exposed},${address}}[5m]))`,
    );
  });

  test("names the release, so that a deployment begins a series", () => {
    const release = (changes: Changes) =>
      rules(changes).find(({ record }) => record === "patchbay:release_info")?.labels ?? {};

    expect(release({})).toMatchObject({
      plugin: "payment-gateway",
      environment: "dev",
      version: "2.4.1",
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
    expect(release({}).configuration).toBe(release({}).configuration);
    expect(release({}).configuration).not.toBe(release({ placement: { env: { LOG_LEVEL: "debug" } } }).configuration);
  });

  test("is what the slo says", () => {
    const objectives = rules().filter(({ record }) => record === "patchbay:objective");

    expect(objectives.map(({ expr, labels }) => [labels.objective, expr])).toEqual([
      ["availability", "vector(0.999)"],
      ["errorRate", "vector(0.01)"],
      ["latencyP99", "vector(0.3)"],
      ["syncLag", "vector(60)"],
    ]);
  });

  test("is the accuracy by two queries of the release, each on lines of its own", () => {
    const accuracy = {
      good: "orders_right_total{$selector} # as the ERP sees it",
      total: "orders_total{$selector}",
      objective: "99.5%",
    };

    expect(expressionOf(rules({ release: { slo: { accuracy } } }), "patchbay:accuracy:ratio")).toBe(
      `(sum(\norders_right_total{${exposed}} # as the ERP sees it\n) or vector(0)) / (sum(\norders_total{${exposed}}\n) > 0)`,
    );
  });
});

describe("alerts", () => {
  test("are two for each budget, one for each threshold, and one for each binding", () => {
    const names = groups().flatMap((group) =>
      alertsOf(group.rules).map(({ alert, labels }) => [alert, labels.burn ?? labels.binding]),
    );

    expect(names).toEqual([
      ["PatchbayPluginUnavailable", "fast"],
      ["PatchbayPluginUnavailable", "slow"],
      ["PatchbayPluginErrors", "fast"],
      ["PatchbayPluginErrors", "slow"],
      ["PatchbayPluginSlow", "fast"],
      ["PatchbayPluginSlow", "slow"],
      ["PatchbayPluginSyncLag", undefined],
      ["PatchbayBindingDown", "fraud"],
      ["PatchbayBindingDown", "inventory"],
      ["PatchbayBindingDown", "orders"],
      ["PatchbayBindingDown", "tax-calculator"],
    ]);
  });

  test("burn a budget over a long window and still do over a short one", () => {
    const [fast, slow] = alertsOf(rules({ release: { slo: { availability: "99.9%" } } })).map(({ expr }) => expr);
    const down = (window: string, share: string) => `1 - avg_over_time(patchbay:up${own}[${window}]) > ${share}`;

    expect(fast).toBe(
      `(${down("1h", "0.0144")} and ${down("5m", "0.0144")}) or (${down("6h", "0.006")} and ${down("30m", "0.006")})`,
    );
    expect(slow).toBe(
      `(${down("1d", "0.003")} and ${down("2h", "0.003")}) or (${down("3d", "0.001")} and ${down("6h", "0.001")})`,
    );
  });

  test("ask of a latency whether the quantile that leaves out the budget is too slow", () => {
    const [fast] = alertsOf(rules({ release: { slo: { latencyP99: "300ms" } } }));

    expect(fast?.expr).toContain(
      `histogram_quantile(0.856, sum_over_time(patchbay:request_duration_seconds_bucket:rate5m${own}[1h])) > 0.3`,
    );
  });

  test("are none that could never fire", () => {
    const burns = (errorRate: string) =>
      alertsOf(rules({ release: { slo: { errorRate } } })).map(({ expr, labels }) => [
        labels.burn,
        expr.split(" or ").length,
      ]);

    expect(burns("5%")).toEqual([
      ["fast", 2],
      ["slow", 2],
    ]);
    expect(burns("10%")).toEqual([
      ["fast", 1],
      ["slow", 2],
    ]);
    expect(burns("50%")).toEqual([["slow", 1]]);
    expect(burns("100%")).toEqual([]);
  });

  test("of a binding's objectives name the binding", () => {
    const slo = { bindings: { inventory: { errorRate: "2%", syncLag: "10m" } } };
    const alerts = alertsOf(rules({ release: { slo } }, "inventory"));

    expect(alerts.map(({ alert, labels }) => [alert, labels.binding])).toEqual([
      ["PatchbayBindingErrors", "inventory"],
      ["PatchbayBindingErrors", "inventory"],
      ["PatchbayBindingSyncLag", "inventory"],
      ["PatchbayBindingDown", "inventory"],
    ]);
    expect(alerts[2]?.expr).toBe(`max(patchbay_sync_lag_seconds{${exposed},binding="inventory"}) > 600`);
  });

  test("say whose they are, what happened, and what to do", () => {
    const [errors] = alertsOf(rules({ release: { slo: { errorRate: "1%" } } }));

    expect(errors).toMatchObject({
      for: "2m",
      labels: { severity: "ticket", plugin: "payment-gateway", environment: "dev", namespace: "storefront-dev" },
      annotations: {
        summary: "payment-gateway 2.4.1 in dev fails too many requests",
        description: "{{ $value | humanizePercentage }} failed; the objective allows 1% over 30 days.",
        action:
          "Look at the plugin's logs and at its bindings. See on the environment's dashboard whether it began with a deployment; if so, return to the release before it.",
      },
    });
  });

  test("wake somebody in production only, and only for what cannot wait", () => {
    const slo = { errorRate: "1%", accuracy: { good: "a", total: "b", objective: "99%" } };
    const severities = (stage: Stage) =>
      alertsOf(rules({ release: { slo } }, undefined, stage)).map(({ labels }) => labels.severity);

    expect(severities("production")).toEqual(["page", "ticket", "ticket"]);
    expect(severities("staging")).toEqual(["ticket", "ticket", "ticket"]);
  });
});
