import { describe, expect, test } from "vitest";
import { analysisArgs, goDuration, verificationTemplateArgs } from "../../../../components/kubernetes/argo/analysis.ts";
import type { Analysis } from "../../../../model/index.ts";
import { anyDigest, type Data } from "../../../support/documents.ts";
import { at } from "../../../support/mock-world.ts";
import { type Changes, ordersSecret, progressiveContext } from "../context.ts";

const blueGreen = { blueGreen: {} };
const canary = { canary: { steps: [{ setWeight: 50 }] } };
const braces = { name: "braces", value: "{{" };

/** The AnalysisTemplate of one metric, as the environment declares it. */
function templateOf(metric: Data, rollout: Data = canary, changes: Changes = {}) {
  const analyses = { judged: { metrics: [{ name: "errors", ...metric }] } };
  const { context } = progressiveContext(rollout, { ...changes, environment: { analyses } });
  return analysisArgs(context, "judged", context.environment.analyses.judged as Analysis);
}

const limits = { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 4 };

describe("an analysis", () => {
  const address = "http://prometheus.monitoring.svc:9090";

  test("is an AnalysisTemplate of the plugin's own, with the arguments that its texts name", () => {
    const query = "errors{pod=~'.*{{args.latest-hash}}.*', tenant='{{ args.tenant }}'}";

    expect(templateOf({ provider: { prometheus: { address, query } } })).toEqual({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AnalysisTemplate",
      metadata: {
        name: "payment-gateway--judged",
        namespace: "storefront-dev",
        labels: { "app.kubernetes.io/managed-by": "patchbay", "patchbay.dev/plugin": "payment-gateway" },
      },
      spec: {
        args: [{ name: "latest-hash" }, { name: "tenant" }, braces],
        metrics: [{ name: "errors", provider: { prometheus: { address, query } }, ...limits }],
      },
    });
  });

  test("writes durations as Argo Rollouts reads them", () => {
    const metric = { interval: "1m", initialDelay: "5s", count: 3, successCondition: "result[0] < 0.05" };

    expect(
      at(templateOf({ ...metric, provider: { prometheus: { address, query: "x" } } }), "spec.metrics.0"),
    ).toMatchObject({
      interval: "60s",
      initialDelay: "5s",
      count: 3,
      successCondition: "result[0] < 0.05",
    });
    expect(["1s", "1.5m", "2h", "7d"].map(goDuration)).toEqual(["1s", "90s", "7200s", "604800s"]);
  });

  test.each<[string, Data, object]>([
    [
      "Prometheus, with its timeout in seconds",
      { prometheus: { address, query: "x", timeout: "2m" } },
      { prometheus: { address, query: "x", timeout: 120 } },
    ],
    [
      "Datadog",
      { datadog: { query: "avg:errors{*}", interval: "10m", apiVersion: "v1" } },
      { datadog: { query: "avg:errors{*}", interval: "600s", apiVersion: "v1" } },
    ],
    [
      "a web service",
      {
        web: {
          url: "http://{{args.service}}/",
          method: "POST",
          headers: [{ key: "A", value: "b" }],
          body: "{}",
          timeoutSeconds: 3,
          jsonPath: "{$.ok}",
          insecure: true,
        },
      },
      {
        web: {
          url: "http://{{args.service}}/",
          method: "POST",
          headers: [{ key: "A", value: "b" }],
          body: "{}",
          timeoutSeconds: 3,
          jsonPath: "{$.ok}",
          insecure: true,
        },
      },
    ],
  ])("asks %s", (_, provider, expected) => {
    expect(at(templateOf({ provider }), "spec.metrics.0.provider")).toEqual(expected);
  });
});

describe("a Job of an analysis", () => {
  const job = "spec.metrics.0.provider.job";
  const container = `${job}.spec.template.spec.containers.0`;
  const variable = (template: unknown, name: string) =>
    (at(template, `${container}.env`) as { name: string; value: string }[]).find((one) => one.name === name)?.value;

  test.each<[string, Data, string]>([
    ["a canary's new pods", canary, "canary"],
    ["the preview", blueGreen, "preview"],
  ])("finds %s at PATCHBAY_URL, has the bindings, and is tried once", (_, rollout, service) => {
    const template = templateOf({ provider: { job: { timeout: "90s" } } }, rollout);

    expect(variable(template, "PATCHBAY_URL")).toBe(
      `http://payment-gateway--${service}.storefront-dev.svc.cluster.local`,
    );
    expect(variable(template, "SERVICE_BINDING_ROOT")).toBe("/bindings");
    expect(at(template, `${job}.spec`)).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 90 });
    expect(at(template, `${job}.spec.template.spec.volumes`)).toContainEqual({
      name: "binding-orders",
      secret: { secretName: ordersSecret },
    });
  });

  test("has the network of a verification, and takes no requests", () => {
    const labels = { "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "verification" };
    const template = templateOf({ provider: { job: {} } });

    expect(at(template, `${job}.metadata.labels`)).toMatchObject(labels);
    expect(at(template, `${job}.spec.template.metadata.labels`)).toMatchObject(labels);
  });

  test("runs the release's image, or the one, command and arguments that it names", () => {
    const image = `registry.example.com/tools/k6@${anyDigest("e")}`;

    expect(at(templateOf({ provider: { job: {} } }), `${container}.image`)).toMatch(/shop\/payment-gateway@sha256:a+$/);
    expect(at(templateOf({ provider: { job: {} } }), container)).not.toHaveProperty("command");
    expect(
      at(templateOf({ provider: { job: { image, command: ["k6"], args: ["run", "$(x)"] } } }), container),
    ).toMatchObject({
      image,
      command: ["k6"],
      args: ["run", "$$(x)"],
    });
  });

  test("gets values in its own texts, while braces in the plugin's variables stay braces", () => {
    const template = templateOf({ provider: { job: { args: ["--host={{args.service}}"] } } }, canary, {
      release: { env: { GREETING: "Dear {{name}}" } },
    });

    expect(at(template, "spec.args")).toEqual([{ name: "service" }, braces]);
    expect(at(template, `${container}.args`)).toEqual(["--host={{args.service}}"]);
    expect(variable(template, "GREETING")).toBe("Dear {{args.braces}}name}}");
  });
});

describe("the verification as an analysis", () => {
  const job = "spec.metrics.0.provider.job";
  const proofOf = (rollout: Data, changes?: Changes) =>
    verificationTemplateArgs(progressiveContext(rollout, changes).context);

  test("is one Job that must succeed, by a name that no analysis of the environment gets", () => {
    const proof = proofOf(canary);

    expect(proof.metadata.name).toBe("payment-gateway-verification");
    expect(proof.spec.args).toEqual([braces]);
    expect(proof.spec.metrics).toHaveLength(1);
    expect(at(proof, "spec.metrics.0")).toMatchObject({ name: "verification" });
    expect(at(proof, `${job}.spec`)).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 120 });
    expect(at(proof, `${job}.spec.template.metadata.labels`)).toMatchObject({ "patchbay.dev/role": "verification" });
  });

  test.each<[string, Data, string]>([
    ["a canary's candidate", canary, "candidate"],
    ["the preview", blueGreen, "preview"],
  ])("asks %s, which has no traffic yet", (_, rollout, service) => {
    const env = at(proofOf(rollout), `${job}.spec.template.spec.containers.0.env`) as { name: string; value: string }[];
    const plan = env.find(({ name }) => name === "PATCHBAY_VERIFICATION")?.value ?? "";

    expect(JSON.parse(plan)).toMatchObject({
      url: `http://payment-gateway--${service}.storefront-dev.svc.cluster.local`,
      bindings: ["fraud", "inventory", "orders", "tax-calculator"],
    });
  });

  test("gives the braces in a check, a suite and a variable as they are", () => {
    const release = {
      env: { TEMPLATE: "{{x}}" },
      verify: [{ get: "/", body: { contains: "{{total}}" } }, { suite: { args: ["{{y}}"] } }],
    };
    const text = JSON.stringify(at(proofOf(canary, { release }), `${job}.spec.template.spec.containers`));
    const all = JSON.stringify(at(proofOf(canary, { release }), "spec.metrics"));

    expect(text).toContain('"args":["{{args.braces}}y}}"]');
    expect(text).toContain('"value":"{{args.braces}}x}}"');
    expect(all).toContain("{{args.braces}}total}}");
    expect(all.replaceAll("{{args.braces}}", "")).not.toContain("{{");
  });
});
