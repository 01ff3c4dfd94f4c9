/** The rules, as Prometheus itself understands them. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { dashboardArgs } from "../../components/kubernetes/monitoring/dashboard.ts";
import { prometheusRuleArgs } from "../../components/kubernetes/monitoring/rules.ts";
import { shopContext } from "../components/kubernetes/context.ts";
import type { Data } from "../support/documents.ts";
import { allUnder } from "../support/mock-world.ts";
import { checkRules, promtoolMissing, type Series, testRules } from "../support/promtool.ts";

const missing = promtoolMissing();

beforeEach(({ skip }) => {
  if (missing === undefined) return;
  // CI installs what the tests need, and says so: there nothing may be left out.
  if (process.env.PATCHBAY_TEST_NODE === "required") throw new Error(missing);
  skip(missing);
});

/** File of rules of the shop's payment-gateway. */
function rulesOf(slo: Data): unknown {
  const { environment, plugin } = shopContext({ release: { slo } });
  return prometheusRuleArgs(environment, plugin)?.spec;
}

const exposed = 'namespace="storefront-dev",service="payment-gateway"';
const of = (metric: string, labels: string, values: string): Series => ({
  series: `${metric}{${exposed},${labels}}`,
  values,
});

/** Requests a minute by status, for some minutes. */
function requests(minutes: number, perMinute: Readonly<Record<string, number>>): Series[] {
  return Object.entries(perMinute).map(([status, count]) =>
    of(
      "http_server_request_duration_seconds_count",
      `http_response_status_code="${status}"`,
      `0+${String(count)}x${String(minutes)}`,
    ),
  );
}

/** Requests a minute that take at most as long as the boundaries say, for some minutes. */
function durations(minutes: number, perMinute: Readonly<Record<string, number>>): Series[] {
  return Object.entries(perMinute).map(([boundary, count]) =>
    of("http_server_request_duration_seconds_bucket", `le="${boundary}"`, `0+${String(count)}x${String(minutes)}`),
  );
}

/** What fires at a time, by `alertname`, with `binding` and `burn` where an alert has them. */
function firing(at: string, ...labels: readonly string[]) {
  return {
    at,
    query: 'count by (alertname, binding, burn) (ALERTS{alertstate="firing"})',
    gives: Object.fromEntries(labels.map((set) => [`{${set}}`, 1])),
  };
}

const alert = (name: string, more = "") => `alertname="${name}"${more}`;
const fast = ',burn="fast"';
const slow = ',burn="slow"';

describe("a budget of errors", () => {
  const rules = rulesOf({ errorRate: "1%" });

  test("is left alone by what the objective allows", () => {
    expect(testRules(rules, requests(720, { 200: 995, 500: 5 }), [firing("12h")])).toBe("");
  });

  test("that burns 20 times too fast is known within the hour, and so is its end", () => {
    const series = [
      of(
        "http_server_request_duration_seconds_count",
        'http_response_status_code="200"',
        "0+1000x60 60800+800x60 109000+1000x60",
      ),
      of("http_server_request_duration_seconds_count", 'http_response_status_code="500"', "0x60 200+200x60 12200x60"),
    ];

    expect(
      testRules(rules, series, [
        firing("1h"),
        firing("1h59m", alert("PatchbayPluginErrors", fast), alert("PatchbayPluginErrors", slow)),
        firing("2h30m", alert("PatchbayPluginErrors", slow)),
      ]),
    ).toBe("");
  });

  test("that burns twice too fast becomes a ticket, and wakes nobody", () => {
    expect(
      testRules(rules, requests(720, { 200: 980, 500: 20 }), [firing("12h", alert("PatchbayPluginErrors", slow))]),
    ).toBe("");
  });

  test("says to people what happened, and how much of it", () => {
    const notification = {
      at: "1h",
      alert: "PatchbayPluginErrors",
      labels: {
        burn: "slow",
        environment: "dev",
        namespace: "storefront-dev",
        plugin: "payment-gateway",
        severity: "ticket",
      },
      annotations: {
        summary: "payment-gateway 2.4.1 in dev fails too many requests",
        description: "4% failed; the objective allows 1% over 30 days.",
        action:
          "Look at the plugin's logs and at its bindings. See on the environment's dashboard whether it began with a deployment; if so, return to the release before it.",
      },
    };

    expect(testRules(rules, requests(60, { 200: 960, 500: 40 }), [], [notification])).toBe("");
  });

  test.each([
    ["no request comes", requests(240, { 200: 0, 500: 0 })],
    ["nothing was ever counted", []],
    ["requests come, and none ever failed", requests(240, { 200: 10 })],
  ])("is silent while %s", (_, series) => {
    expect(testRules(rules, series, [firing("4h")])).toBe("");
  });
});

describe("availability", () => {
  const rules = rulesOf({ availability: "99.9%" });
  const up = (pod: string, values: string) => of("up", `pod="${pod}"`, values);
  const recordedUp = (at: string, value: number) => ({
    at,
    query: 'min without (namespace, environment, plugin) (patchbay:up{binding=""})',
    gives: { "{}": value },
  });

  test("is that of the best pod: one may go", () => {
    expect(testRules(rules, [up("a", "1x240"), up("b", "1x60 0x180")], [recordedUp("4h", 1), firing("4h")])).toBe("");
  });

  test.each([
    ["no pod answers", [up("a", "1x120 0x40"), up("b", "1x120 0x40")]],
    ["there is no pod", [up("a", "1x120 _x40")]],
  ])("is missed when %s any more", (_, series) => {
    expect(
      testRules(rules, series, [
        recordedUp("2h30m", 0),
        firing("2h30m", alert("PatchbayPluginUnavailable", fast), alert("PatchbayPluginUnavailable", slow)),
      ]),
    ).toBe("");
  });

  test("counts from the first answer on: starting for the first time breaks no promise", () => {
    expect(testRules(rules, [up("a", "0x10 1x110")], [firing("5m"), firing("2h")])).toBe("");
  });
});

describe("latency", () => {
  const rules = rulesOf({ latencyP99: "300ms" });

  test("is good enough where 99 of 100 are fast", () => {
    expect(testRules(rules, durations(240, { 0.1: 900, 0.3: 995, 0.5: 1000, "+Inf": 1000 }), [firing("4h")])).toBe("");
  });

  test("alerts where 20 of 100 are slow, whatever boundaries the histogram has", () => {
    for (const buckets of [
      { 0.1: 500, 0.3: 800, 0.5: 1000, "+Inf": 1000 },
      { 0.25: 500, 1: 500, 2.5: 1000, "+Inf": 1000 },
    ])
      expect(
        testRules(rules, durations(240, buckets), [
          firing("4h", alert("PatchbayPluginSlow", fast), alert("PatchbayPluginSlow", slow)),
        ]),
      ).toBe("");
  });

  test("that 5 of 100 miss uses the budget up in 6 days, and wakes nobody", () => {
    expect(
      testRules(rules, durations(720, { 0.1: 500, 0.3: 950, 0.5: 1000, "+Inf": 1000 }), [
        firing("12h", alert("PatchbayPluginSlow", slow)),
      ]),
    ).toBe("");
  });

  test("is silent without requests", () => {
    expect(testRules(rules, durations(240, { 0.1: 0, 0.5: 0, "+Inf": 0 }), [firing("4h")])).toBe("");
  });
});

describe("data", () => {
  test("that lags behind alerts once it has for 5 minutes", () => {
    const series = [of("patchbay_sync_lag_seconds", 'pod="a"', "10x20 90x20")];

    expect(
      testRules(rulesOf({ syncLag: "60s" }), series, [firing("24m"), firing("30m", alert("PatchbayPluginSyncLag"))]),
    ).toBe("");
  });

  const accuracy = { good: "orders_right{$selector}", total: "orders_total{$selector} # all", objective: "99.9%" };
  const orders = (right: string, total: string) => [
    of("orders_right", 'pod="a"', right),
    of("orders_total", 'pod="a"', total),
    { series: 'orders_total{namespace="storefront-prod",service="payment-gateway"}', values: "5000x60" },
  ];

  test.each([
    ["is right", "1000x60", "1000x60", []],
    ["is not there yet", "0x60", "0x60", []],
    ["is wrong in 1 of 100", "990x60", "1000x60", [alert("PatchbayPluginInaccurate")]],
    ["was never right", "_x60", "1000x60", [alert("PatchbayPluginInaccurate")]],
  ])("that %s is judged by the release's queries", (_, right, total, expected) => {
    expect(testRules(rulesOf({ accuracy }), orders(right, total), [firing("1h", ...expected)])).toBe("");
  });
});

describe("bindings", () => {
  const bindings = {
    inventory: { errorRate: "1%", latencyP99: "1s" },
    orders: { errorRate: "1%", availability: "99%" },
  };
  const rules = rulesOf({ bindings });
  const inventory = 'server_address="inventory.erp.svc",server_port="80"';

  test("that one pod cannot reach alert by name", () => {
    const series = [
      of("patchbay_binding_up", 'binding="fraud",pod="a"', "1x30"),
      of("patchbay_binding_up", 'binding="fraud",pod="b"', "1x10 0x20"),
      of("patchbay_binding_up", 'binding="orders",pod="b"', "1x30"),
    ];

    expect(
      testRules(rules, series, [firing("14m"), firing("20m", alert("PatchbayBindingDown", ',binding="fraud"'))]),
    ).toBe("");
  });

  test("whose calls get no answer alert by name", () => {
    const calls = "http_client_request_duration_seconds_count";
    const series = [
      of(calls, `${inventory},http_response_status_code="200"`, "0+80x120"),
      of(calls, `${inventory},error_type="timeout"`, "0+20x120"),
      of(calls, 'server_address="fraud.example.com",server_port="443",error_type="timeout"', "0+20x120"),
    ];
    const errors = alert("PatchbayBindingErrors", ',binding="inventory"');

    expect(testRules(rules, series, [firing("2h", `${errors}${fast}`, `${errors}${slow}`)])).toBe("");
  });

  test("whose answer 404 is an answer", () => {
    const series = [
      of(
        "http_client_request_duration_seconds_count",
        `${inventory},http_response_status_code="404",error_type="404"`,
        "0+80x120",
      ),
    ];

    expect(testRules(rules, series, [firing("2h")])).toBe("");
  });

  test("that fail the queries of a database alert by name", () => {
    const operations = "db_client_operation_duration_seconds_count";
    const series = [
      of(operations, 'server_address="orders-db.data.svc"', "0+50x120"),
      of(operations, 'server_address="orders-db.data.svc",error_type="57P01"', "0+50x120"),
    ];
    const errors = alert("PatchbayBindingErrors", ',binding="orders"');

    expect(testRules(rules, series, [firing("2h", `${errors}${fast}`, `${errors}${slow}`)])).toBe("");
  });
});

describe("the dashboard", () => {
  const dashboard = JSON.parse(
    Object.values(dashboardArgs(shopContext().environment).data as Record<string, string>)[0] ?? "{}",
  ) as { annotations: { list: readonly { name: string; expr: string }[] } };

  test("asks what Prometheus understands", () => {
    const expressions = allUnder(dashboard, "expr");
    const rules = expressions.map((expr, index) => ({ record: `panel:${String(index)}`, expr }));

    expect(expressions.length).toBeGreaterThan(20);
    expect(checkRules([{ groups: [{ name: "dashboard", rules }] }])).toBe("");
  });

  test("marks a deployment once, when it begins", () => {
    const expr = dashboard.annotations.list.find(({ name }) => name === "Deployments")?.expr ?? "";
    const release = (version: string, values: string) => ({
      series: `patchbay:release_info{namespace="storefront-dev",plugin="payment-gateway",version="${version}"}`,
      values,
    });
    const marked = (at: string, ...versions: readonly string[]) => ({
      at,
      query: `count by (version) (${expr.replaceAll("$plugin", ".+")})`,
      gives: Object.fromEntries(versions.map((version) => [`{version="${version}"}`, 1])),
    });

    expect(
      testRules(
        { groups: [] },
        [release("2.4.0", "1x59 stale"), release("2.4.1", "_x60 1x60")],
        [marked("30m"), marked("1h1m", "2.4.1"), marked("1h30m")],
      ),
    ).toBe("");
  });
});

describe("whatever an slo says", () => {
  const share = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => `${String(millionths / 10_000)}%`);
  const time = fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom("ms", "s", "m", "h", "d"))
    .map(([amount, unit]) => `${String(amount)}${unit}`);
  const query = fc.constantFrom("a", "a{$selector}", 'rate(a{b="c"}[1h]) # d', "sum(a) by (b) or vector(0)", "a / b");
  const objectives = {
    availability: share,
    errorRate: share,
    latencyP99: time,
    syncLag: time,
    accuracy: fc.record({ good: query, total: query, objective: share }),
  };
  const some = fc.record(objectives, { requiredKeys: [] });
  const slo = fc.record(
    { ...objectives, bindings: fc.dictionary(fc.constantFrom("orders", "fraud"), some) },
    { requiredKeys: [] },
  );

  test("Prometheus accepts the rules", () => {
    expect(checkRules(fc.sample(slo, { numRuns: 50, seed: 1 }).map(rulesOf))).toBe("");
  });
});
