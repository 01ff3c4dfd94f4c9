import { describe, expect, test } from "vitest";
import { type Data, shopModel, shopPlugins } from "../../../support/documents.ts";
import { refusal } from "../../../support/problems.ts";

function rolloutOf(rollout?: Data) {
  const plugins = shopPlugins({ "tax-calculator": { release: "1.3.0", ...(rollout && { rollout }) } });
  return shopModel({ plugins }).plugins.find(({ name }) => name === "tax-calculator")?.rollout;
}

const common = { deadlineSeconds: 300, restartLimit: 1 };
const pace = { maxSurge: "25%", maxUnavailable: 0 };
const steps = [{ setWeight: 25 }];

describe("a rollout", () => {
  test.each<[string, Data | undefined, object]>([
    ["is rolling where nobody says otherwise", undefined, { ...common, strategy: { kind: "rolling", ...pace } }],
    [
      "is rolling where only limits are named",
      { deadline: "90s", restartLimit: 4 },
      {
        deadlineSeconds: 90,
        restartLimit: 4,
        strategy: { kind: "rolling", ...pace },
      },
    ],
    [
      "is rolling at the pace that it names",
      { rolling: { maxSurge: 0, maxUnavailable: "10%" } },
      {
        ...common,
        strategy: { kind: "rolling", maxSurge: 0, maxUnavailable: "10%" },
      },
    ],
    ["is a canary with its steps", { canary: { steps } }, { ...common, strategy: { kind: "canary", ...pace, steps } }],
    ["is blue-green", { blueGreen: {} }, { ...common, strategy: { kind: "blueGreen", scaleDownDelay: "30s" } }],
  ])("%s", (_, rollout, expected) => {
    expect(rolloutOf(rollout)).toEqual(expected);
  });

  test("keeps a canary's steps in order and as they are", () => {
    const given = [{ setWeight: 0 }, { pause: { duration: "30s" } }, { setWeight: 100 }];

    expect(rolloutOf({ canary: { maxSurge: 2, maxUnavailable: 1, steps: given } })?.strategy).toEqual({
      kind: "canary",
      maxSurge: 2,
      maxUnavailable: 1,
      steps: given,
    });
  });
});

const exactlyOne = "exactly one of setWeight, pause, analysis";
const canMove = "maxSurge or maxUnavailable above 0 (a rollout could not move otherwise)";
const atMostOne = "at most one of rolling, canary, blueGreen";

test.each<[string, Data, string, string, string]>([
  ["two strategies at once", { canary: { steps }, blueGreen: {} }, "", "a map", atMostOne],
  ["rolling beside another strategy", { rolling: {}, blueGreen: {} }, "", "a map", atMostOne],
  [
    "a strategy that nobody knows",
    { recreate: {} },
    ".recreate",
    'the unknown key "recreate"',
    "one of rolling, canary, blueGreen, deadline, restartLimit",
  ],
  ["a canary without steps", { canary: {} }, ".canary.steps", "nothing", "a list"],
  ["a canary of no step", { canary: { steps: [] } }, ".canary.steps", "an empty list", "at least one step"],
  ["a canary that cannot move", { canary: { maxSurge: 0, steps } }, ".canary.maxSurge", "the number 0", canMove],
  [
    "a pause without an end",
    { canary: { steps: [{ pause: {} }] } },
    ".canary.steps.0.pause.duration",
    "nothing",
    "a duration such as 300ms, 60s, 30m or 2h",
  ],
  [
    "a pause of half a second",
    { canary: { steps: [{ pause: { duration: "500ms" } }] } },
    ".canary.steps.0.pause.duration",
    '"500ms"',
    "a duration of whole seconds from 1s to 7d",
  ],
  [
    "a pause in Argo's bare seconds",
    { canary: { steps: [{ pause: { duration: 30 } }] } },
    ".canary.steps.0.pause.duration",
    "the number 30",
    "a duration such as 300ms, 60s, 30m or 2h",
  ],
  [
    "a step of two things",
    { canary: { steps: [{ setWeight: 5, pause: { duration: "1s" } }] } },
    ".canary.steps.0",
    "a map",
    exactlyOne,
  ],
  ["a step of nothing", { canary: { steps: [{}] } }, ".canary.steps.0", "a map", exactlyOne],
  [
    "a weight above all",
    { canary: { steps: [{ setWeight: 101 }] } },
    ".canary.steps.0.setWeight",
    "the number 101",
    "a whole number from 0 to 100",
  ],
  [
    "an analysis of nothing",
    { canary: { steps: [{ analysis: { templates: [] } }] } },
    ".canary.steps.0.analysis.templates",
    "an empty list",
    "at least one template",
  ],
  [
    "promotion by hand",
    { blueGreen: { autoPromotionEnabled: false } },
    ".blueGreen.autoPromotionEnabled",
    'the unknown key "autoPromotionEnabled"',
    "one of previewReplicaCount, prePromotionAnalysis, postPromotionAnalysis, scaleDownDelay",
  ],
  [
    "a preview of no pod",
    { blueGreen: { previewReplicaCount: 0 } },
    ".blueGreen.previewReplicaCount",
    "the number 0",
    "a whole number from 1 to 1000",
  ],
  ["no restart at all", { restartLimit: 0 }, ".restartLimit", "the number 0", "a whole number from 1 to 100"],
])("a rollout may not have %s", (_, rollout, path, found, expected) => {
  const { problems } = refusal(() => rolloutOf(rollout));

  expect(problems.map((problem) => [problem.path, problem.found, problem.expected])).toEqual([
    [`patchbay:plugins.tax-calculator.rollout${path}`, found, expected],
  ]);
});
