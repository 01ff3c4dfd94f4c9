import { describe, expect, test } from "vitest";
import { type Analysis, analysisArguments, argumentsOf } from "../../../../model/index.ts";
import { type Data, shopEnvironment, shopModel, shopPlugins } from "../../../support/documents.ts";

function analysisOf(...metrics: Data[]): Analysis {
  const analyses = { judged: { metrics: metrics.map((metric, index) => ({ name: `m${String(index)}`, ...metric })) } };
  const { judged } = shopModel({ environment: shopEnvironment({ analyses }) }).environment.analyses;
  if (judged === undefined) throw new Error("no analysis");
  return judged;
}

const web = (url: string) => ({ provider: { web: { url } } });

describe("the arguments of an analysis", () => {
  test.each<[string, Data[], string[]]>([
    ["are those that its texts name", [web("http://{{args.service}}/{{args.tenant}}")], ["service", "tenant"]],
    ["are named once", [web("http://{{args.a}}/{{args.a}}"), web("http://{{args.a}}")], ["a"]],
    [
      "may have spaces in the braces",
      [web("http://x/"), { ...web("http://y/"), successCondition: "result < {{ args.a }}" }],
      ["a"],
    ],
    ["are none where there is none", [web("http://x/{args.a}")], []],
    ["are found in a Job's arguments too", [{ provider: { job: { args: ["--host={{args.service}}"] } } }], ["service"]],
  ])("%s", (_, metrics, names) => {
    expect(argumentsOf(analysisOf(...metrics))).toEqual(names);
  });
});

const everything = Object.keys(analysisArguments).map((name) => `{{args.${name}}}`);

test.each<[string, Data, Data]>([
  [
    "a canary that is watched without end",
    { watch: { metrics: [{ ...metric(), interval: "10s" }] } },
    { canary: { steps: [{ setWeight: 5 }], analysis: named("watch") } },
  ],
  [
    "an analysis of so many measurements",
    { judged: { metrics: [{ ...metric(), interval: "10s", count: 3 }] } },
    { blueGreen: { postPromotionAnalysis: named("judged") } },
  ],
  [
    "arguments that Patchbay gives",
    { judged: { metrics: [metric(everything.join(" "))] } },
    { blueGreen: { prePromotionAnalysis: named("judged") } },
  ],
  [
    "an argument that the rollout gives",
    { judged: { metrics: [metric("{{args.most}}")] } },
    { canary: { steps: [{ analysis: { ...named("judged"), args: [{ name: "most", value: "5" }] } }] } },
  ],
  [
    "a rolling update, whatever analyses there are",
    { endless: { metrics: [{ ...metric(), interval: "10s" }] } },
    { rolling: {} },
  ],
])("nothing is wrong with %s", (_, analyses, rollout) => {
  const { plugins } = shopModel({
    environment: shopEnvironment({ analyses }),
    plugins: shopPlugins({ "tax-calculator": { release: "1.3.0", rollout } }),
  });

  expect(plugins.map(({ rollout: { strategy } }) => strategy.kind)).toContain(Object.keys(rollout)[0]);
});

function metric(query = "vector(0)") {
  return { name: "errors", provider: { prometheus: { address: "http://prometheus", query } } };
}

function named(templateName: string) {
  return { templates: [{ templateName }] };
}
