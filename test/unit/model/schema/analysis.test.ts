import { describe, expect, test } from "vitest";
import { anyDigest, type Data, shopEnvironment, shopModel } from "../../../support/documents.ts";
import { refusal } from "../../../support/problems.ts";

const address = "http://prometheus.monitoring.svc:9090";
const prometheus = { address, query: "vector(0)" };

function metricOf(metric: Data) {
  const analyses = { errors: { metrics: [{ name: "errors", ...metric }] } };
  return shopModel({ environment: shopEnvironment({ analyses }) }).environment.analyses.errors?.metrics[0];
}

describe("a metric", () => {
  const limits = { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 4 };
  const image = `registry.example.com/tools/k6@${anyDigest("e")}`;

  test.each<[Data, object]>([
    [{ prometheus }, { prometheus }],
    [
      { datadog: { query: "avg:errors{*}" } },
      { datadog: { query: "avg:errors{*}", apiVersion: "v2", interval: "5m" } },
    ],
    [
      { web: { url: "http://{{args.latest-service}}/stats" } },
      {
        web: {
          url: "http://{{args.latest-service}}/stats",
          method: "GET",
          headers: [],
          timeoutSeconds: 10,
          insecure: false,
        },
      },
    ],
    [{ job: { image } }, { job: { image, args: [], timeout: "5m" } }],
    [{ job: {} }, { job: { args: [], timeout: "5m" } }],
  ])("takes the provider %j, and what it leaves open is filled in", (provider, complete) => {
    expect(metricOf({ provider })).toEqual({ name: "errors", provider: complete, ...limits });
  });

  test("keeps conditions and limits as they are", () => {
    const metric = {
      provider: { prometheus },
      interval: "10s",
      initialDelay: "5s",
      count: 6,
      successCondition: "result[0] < 0.05",
      failureCondition: "result[0] > 0.5",
      failureLimit: 1,
      inconclusiveLimit: 2,
      consecutiveErrorLimit: 3,
    };

    expect(metricOf(metric)).toEqual({ name: "errors", ...metric });
  });
});

const oneProvider = "exactly one of prometheus, datadog, web, job";

test.each<[string, Data, string, string, string]>([
  ["no provider", { provider: {} }, "provider", "a map", oneProvider],
  ["two providers", { provider: { prometheus, job: {} } }, "provider", "a map", oneProvider],
  [
    "a provider that nobody knows",
    { provider: { prometheus, newRelic: {} } },
    "provider.newRelic",
    'the unknown key "newRelic"',
    "one of prometheus, datadog, web, job",
  ],
  [
    "a password in an address",
    { provider: { prometheus: { ...prometheus, address: "http://u:p@prometheus" } } },
    "provider.prometheus.address",
    '"http://…@prometheus"',
    "a URL without user, password, query or fragment (secrets belong into patchbay:credentials)",
  ],
  [
    "an empty query",
    { provider: { prometheus: { address, query: "" } } },
    "provider.prometheus.query",
    '""',
    "a query that is not empty",
  ],
  [
    "an image by tag",
    { provider: { job: { image: "registry.example.com/k6:1" } } },
    "provider.job.image",
    '"registry.example.com/k6:1"',
    "an image by digest: registry/repository@sha256:<64 hex digits>, without a tag",
  ],
  ["no measurement", { provider: { prometheus }, count: 0 }, "count", "the number 0", "a whole number from 1 to 10000"],
  [
    "a condition of nothing",
    { provider: { prometheus }, successCondition: "" },
    "successCondition",
    '""',
    "an expression such as result[0] < 0.05",
  ],
])("a metric may not have %s", (_, metric, path, found, expected) => {
  const { problems } = refusal(() => metricOf(metric));

  expect(problems.map((problem) => [problem.path, problem.found, problem.expected])).toEqual([
    [`patchbay:environment.analyses.errors.metrics.0.${path}`, found, expected],
  ]);
});

test("a metric may not be called as the verification is, beside which it is measured", () => {
  const { problems } = refusal(() => metricOf({ name: "verification", provider: { prometheus } }));

  expect(problems.map(({ path, expected }) => [path, expected])).toEqual([
    ["patchbay:environment.analyses.errors.metrics.0.name", "a name other than that of Patchbay's own metric"],
  ]);
});

test("the metrics of an analysis have names of their own", () => {
  const metric = { name: "errors", provider: { prometheus } };
  const analyses = { errors: { metrics: [metric, metric] } };
  const { problems } = refusal(() => shopModel({ environment: shopEnvironment({ analyses }) }));

  expect(problems.map(({ path, expected }) => [path, expected])).toEqual([
    ["patchbay:environment.analyses.errors.metrics", "metrics with names of their own"],
  ]);
});

test("an analysis measures something", () => {
  const { problems } = refusal(() =>
    shopModel({ environment: shopEnvironment({ analyses: { errors: { metrics: [] } } }) }),
  );

  expect(problems.map(({ path, expected }) => [path, expected])).toEqual([
    ["patchbay:environment.analyses.errors.metrics", "at least one metric"],
  ]);
});
