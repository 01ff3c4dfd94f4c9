import { expect, test } from "vitest";
import {
  catalogOf,
  type Data,
  paymentGateway,
  shopDocuments,
  shopEnvironment,
  shopModel,
  shopPlugins,
  shopServices,
  taxCalculator,
} from "../../../support/documents.ts";
import { refusal } from "../../../support/problems.ts";

const orders = shopServices().orders as Data;
const inClusterAndOut = { namespace: "data", cidrs: ["10.0.0.0/8"] };

test.each<[string, Data, string, string]>([
  ["an unknown key", { stagee: "x" }, "stagee", 'the unknown key "stagee"'],
  ["a misspelt stage", { stage: "prod" }, "stage", '"prod"'],
  [
    "a namespace that every cluster has",
    { target: { kind: "kubernetes", namespace: "default" } },
    "target.namespace",
    '"default"',
  ],
  [
    "a namespace of Kubernetes",
    { target: { kind: "kubernetes", namespace: "kube-system" } },
    "target.namespace",
    '"kube-system"',
  ],
  [
    "a label that Kubernetes refuses",
    { monitoring: { labels: { "-a": "b" } } },
    "monitoring.labels.-a",
    'the key "-a"',
  ],
  ["a label's value that Kubernetes refuses", { monitoring: { labels: { a: "b c" } } }, "monitoring.labels.a", '"b c"'],
  ["a broker's address that is none", { events: { address: "http://[" } }, "events.address", '"http://["'],
  ["a quota of nothing", { quota: { memory: "0Mi" } }, "quota.memory", '"0Mi"'],
  ["a verifier by tag", { verifier: { image: "r.example.com/v:1" } }, "verifier.image", '"r.example.com/v:1"'],
  ["a wait of half a second", { verifier: { waitForServices: "500ms" } }, "verifier.waitForServices", '"500ms"'],
  ["a wait without an end", { verifier: { waitForServices: true } }, "verifier.waitForServices", "the boolean true"],
  [
    "a service in and out of the cluster",
    { services: shopServices({ orders: { ...orders, network: inClusterAndOut } }) },
    "services.orders.network",
    "a map",
  ],
  [
    "a selector without namespace",
    { services: shopServices({ orders: { ...orders, network: { cidrs: ["10.0.0.0/8"], podSelector: {} } } }) },
    "services.orders.network.podSelector",
    "a map",
  ],
])("an environment may not have %s", (_, changes, path, found) => {
  const { problems } = refusal(() => shopModel({ environment: shopEnvironment(changes) }));

  expect(problems.map((problem) => [problem.file, problem.path, problem.found])).toEqual([
    ["Pulumi.dev.yaml", `patchbay:environment.${path}`, found],
  ]);
});

test.each<[string, Data, string, string]>([
  ["an image by tag", { image: "r.example.com/a:1" }, "image", '"r.example.com/a:1"'],
  ["port 0", { http: { port: 0 } }, "http.port", "the number 0"],
  ["a variable that Patchbay sets", { env: { PATCHBAY_X: "x" } }, "env.PATCHBAY_X", 'the key "PATCHBAY_X"'],
  ["a variable that is no text", { env: { A: 5 } }, "env.A", "the number 5"],
  [
    "scopes without OAuth",
    { integrations: { a: { service: "http", api: "a", scopes: ["x"] } } },
    "integrations.a.scopes",
    "a list of 1",
  ],
  [
    "an API on a database",
    { integrations: { a: { service: "redis", api: "a" } } },
    "integrations.a.api",
    'the unknown key "api"',
  ],
  ["fewer replicas at most than at least", { scale: { min: 3, max: 2 } }, "scale.max", "the number 2"],
  ["an aim of no use at all", { scale: { max: 2, cpu: "0%" } }, "scale.cpu", '"0%"'],
  [
    "a filter by another type",
    { triggers: [{ event: "a", path: "/", filter: { type: "b" } }] },
    "triggers.0.filter.type",
    'the key "type"',
  ],
  [
    "a Job's name that Kubernetes refuses",
    { tasks: { before: [{ name: "a".repeat(32) }] } },
    "tasks.before.0.name",
    `"${"a".repeat(32)}"`,
  ],
  [
    "a task of half a second",
    { tasks: { before: [{ name: "a", timeout: "500ms" }] } },
    "tasks.before.0.timeout",
    '"500ms"',
  ],
  ["a status that HTTP lacks", { verify: [{ get: "/", expect: 99 }] }, "verify.0.expect", "the number 99"],
  ["a check of nothing", { verify: [{}] }, "verify.0", "a map"],
  ["a check by request and by suite", { verify: [{ get: "/", suite: {} }] }, "verify.0", "a map"],
  ["a body's check beside a suite", { verify: [{ suite: {}, body: { contains: "a" } }] }, "verify.0", "a map"],
  [
    "a body that is to contain and to match",
    { verify: [{ get: "/", body: { contains: "a", matches: "b" } }] },
    "verify.0.body",
    "a map",
  ],
  ["a suite's latency", { verify: [{ suite: {}, latency: "1s" }] }, "verify.0", "a map"],
  ["a body that is to be nothing", { verify: [{ get: "/", body: {} }] }, "verify.0.body", "a map"],
  [
    "a suite by tag",
    { verify: [{ suite: { image: "r.example.com/a:1" } }] },
    "verify.0.suite.image",
    '"r.example.com/a:1"',
  ],
  ["an answer in no time", { verify: [{ get: "/", latency: "0ms" }] }, "verify.0.latency", '"0ms"'],
])("a release may not have %s", (_, changes, path, found) => {
  const plugins = { "payment-gateway": { release: "2.4.1" }, "tax-calculator": { release: "1.3.0" } };
  const catalog = catalogOf(paymentGateway("2.4.1", changes), taxCalculator());

  const { problems } = refusal(() => shopModel({ plugins, catalog }));

  expect(problems.map((problem) => [problem.file, problem.path, problem.found])).toEqual([
    ["catalog/payment-gateway/2.4.1.yaml", path, found],
  ]);
});

test.each<[string, Data, string, string]>([
  ["a release that is a number", { release: 1.3 }, "release", "the number 1.3"],
  ["fewer than no replicas", { release: "1.3.0", replicas: -1 }, "replicas", "the number -1"],
  [
    "a surge of half a percent",
    { release: "1.3.0", rollout: { rolling: { maxSurge: "0.5%" } } },
    "rollout.rolling.maxSurge",
    '"0.5%"',
  ],
  [
    "a rollout that cannot move",
    { release: "1.3.0", rollout: { rolling: { maxSurge: "0%" } } },
    "rollout.rolling.maxSurge",
    '"0%"',
  ],
  ["a deadline beyond all", { release: "1.3.0", rollout: { deadline: "999999d" } }, "rollout.deadline", '"999999d"'],
])("a placement may not have %s", (_, placement, path, found) => {
  const { problems } = refusal(() => shopModel({ plugins: shopPlugins({ "tax-calculator": placement }) }));

  expect(problems.map((problem) => [problem.path, problem.found])).toEqual([
    [`patchbay:plugins.tax-calculator.${path}`, found],
  ]);
});

test("a misspelt value suggests the nearest one, and a single choice is named", () => {
  const error = refusal(() =>
    shopModel({ environment: shopEnvironment({ stage: "stagin", target: { kind: "nomad", namespace: "a" } }) }),
  );

  expect(error.problems.map(({ expected, remedy }) => [expected, remedy])).toEqual([
    ["one of development, testing, staging, production", "did you mean staging?"],
    ["kubernetes", "mend the value"],
  ]);
});

test.each(["Dev", "dev_1", "", "-", "a".repeat(41)])(
  "a stack may not be named %j: objects are named after it",
  (name) => {
    const { problems } = refusal(() => shopModel(shopDocuments({ name })));

    expect(problems.map(({ code, path, found }) => [code, path, found])).toEqual([
      ["schema-violation", "", `the stack's name "${name}"`],
    ]);
  },
);
