/** What each strategy makes of a plugin, in what order, and which fields are left to Argo Rollouts. */
import { describe, expect, test } from "vitest";
import { deploy } from "../../components/index.ts";
import { catalogOf, type Data, shopEnvironment, shopModel, smallRelease } from "../support/documents.ts";
import { at, type MockWorld, mockWorld, openGate } from "../support/mock-world.ts";

const rolloutType = "kubernetes:argoproj.io/v1alpha1:Rollout";
const metric = {
  name: "errors",
  provider: { prometheus: { address: "http://prometheus.monitoring.svc:9090", query: "vector(0)" } },
};
const named = (templateName: string) => ({ templates: [{ templateName }] });

/** A plugin without anything of its own, brought in by a strategy. */
async function searchBy(rollout: Data): Promise<MockWorld> {
  const world = await mockWorld();
  const model = shopModel({
    catalog: catalogOf(smallRelease("search")),
    environment: shopEnvironment({ analyses: { "error-rate": { metrics: [metric] }, unused: { metrics: [metric] } } }),
    plugins: { search: { release: "1.0.0", rollout } },
    credentials: {},
  });
  deploy(model, { gate: openGate });
  return world;
}

/** What differs between strategies: the workload, its Services, and what it is judged by. */
async function varying(world: MockWorld): Promise<readonly string[]> {
  const types = await world.createdTypes();
  return types.filter((type) => /Deployment|argoproj|:Service /.test(type));
}

const canary = { canary: { steps: [{ setWeight: 50 }, { analysis: named("error-rate") }] } };
const blueGreen = { blueGreen: { prePromotionAnalysis: named("error-rate") } };

test.each<[string, Data, string[]]>([
  ["rolling", {}, ["kubernetes:apps/v1:Deployment search-deployment", "kubernetes:core/v1:Service search-service"]],
  [
    "a canary",
    canary,
    [
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate search--error-rate-analysis",
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate search-proof",
      "kubernetes:argoproj.io/v1alpha1:Rollout search-rollout",
      "kubernetes:core/v1:Service search-canary",
      "kubernetes:core/v1:Service search-candidate",
      "kubernetes:core/v1:Service search-service",
    ],
  ],
  [
    "blue-green",
    blueGreen,
    [
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate search--error-rate-analysis",
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate search-proof",
      "kubernetes:argoproj.io/v1alpha1:Rollout search-rollout",
      "kubernetes:core/v1:Service search-preview",
      "kubernetes:core/v1:Service search-service",
    ],
  ],
])("%s makes exactly these", async (_, rollout, expected) => {
  expect(await varying(await searchBy(rollout))).toEqual(expected);
});

describe("what Argo Rollouts writes", () => {
  test.each<[string, Data, string[]]>([
    ["rolling", {}, []],
    ["a canary", canary, ["search-canary"]],
    ["blue-green", blueGreen, ["search-preview", "search-service"]],
  ])("under %s is left alone, and nothing else is", async (_, rollout, narrowed) => {
    const registered = await (await searchBy(rollout)).registered();
    const ignoring = registered.filter(({ ignoreChanges }) => ignoreChanges.length > 0);

    expect(ignoring.map(({ name }) => name).sort()).toEqual(narrowed);
    for (const { ignoreChanges, name } of ignoring) expect(ignoreChanges, name).toEqual(["spec.selector"]);
  });
});

test.each([
  ["a canary", canary],
  ["blue-green", blueGreen],
])("%s begins when all that it names is there", async (_, rollout) => {
  const world = await searchBy(rollout);
  const registered = await world.registered();
  const { dependencies } = await world.created(rolloutType, "search-rollout");
  const named = registered.filter(({ type }) => /:Service$|AnalysisTemplate$/.test(type));

  expect(named.length).toBeGreaterThanOrEqual(4);
  for (const { urn } of named) expect(dependencies).toContain(urn);
});

test("the verification waits for the generation of the Rollout", async () => {
  const world = await searchBy(canary);
  const rollout = await world.created(rolloutType, "search-rollout");
  const verification = await world.created("kubernetes:batch/v1:Job", "search-verification");

  expect(verification.dependencies).toContain(rollout.urn);
  expect(at(verification.inputs, "metadata.annotations")).toMatchObject({
    "patchbay.dev/workload-kind": "Rollout",
    "patchbay.dev/workload-generation": "1",
  });
});

test("the names in a Rollout are those of the objects made for it", async () => {
  const world = await searchBy(blueGreen);
  const { inputs } = await world.created(rolloutType, "search-rollout");
  const names = (await world.registered()).map(({ inputs: made }) => at(made, "metadata.name"));
  const strategy = at(inputs, "spec.strategy.blueGreen");
  const templates = at(strategy, "prePromotionAnalysis.templates") as { templateName: string }[];

  for (const { templateName } of templates) expect(names).toContain(templateName);
  expect(names).toContain(at(strategy, "activeService"));
  expect(names).toContain(at(strategy, "previewService"));
});
