import { analysisArguments } from "../../../model/index.ts";
import { type Data, shopEnvironment, shopPlugins } from "../documents.ts";
import { message } from "../problems.ts";
import { type Fault, stack } from "./fault.ts";

const endless = { metrics: [metric({ interval: "10s" })] };
const single = { metrics: [metric({})] };
const tenant = { metrics: [metric({ successCondition: "result[0] < {{args.most}}" })] };

function metric(changes: Data) {
  return { name: "errors", provider: { prometheus: { address: "http://prometheus", query: "vector(0)" } }, ...changes };
}

function judgedBy(rollout: Data, analyses: Data = { "error-rate": single, endless, tenant }) {
  return {
    environment: shopEnvironment({ analyses }),
    plugins: shopPlugins({ "tax-calculator": { release: "1.3.0", rollout } }),
  };
}

const named = (templateName: string) => ({ templates: [{ templateName }] });
const canary = (analysis: Data) => ({ canary: { steps: [{ setWeight: 25 }, { analysis }] } });
const rollout = `${stack}plugins.tax-calculator.rollout.`;
const together = "analyses whose metrics have names of their own, where they are measured together";
const known = "one of the environment's analyses: error-rate, endless, tenant";

export const analyses: readonly Fault[] = [
  {
    name: "an analysis whose name is misspelt",
    documents: judgedBy(canary(named("error-rates"))),
    code: "analysis-unknown",
    messages: [
      message(
        `${rollout}canary.steps.1.analysis.templates.0.templateName`,
        '"error-rates"',
        known,
        "did you mean error-rate?",
      ),
    ],
  },
  {
    name: "an analysis whose name is a member that every object inherits",
    documents: judgedBy({ blueGreen: { prePromotionAnalysis: named("tostring") } }),
    code: "analysis-unknown",
    messages: [
      message(
        `${rollout}blueGreen.prePromotionAnalysis.templates.0.templateName`,
        '"tostring"',
        known,
        "add it under patchbay:environment.analyses",
      ),
    ],
  },
  {
    name: "an analysis where the environment has none",
    documents: judgedBy(canary(named("error-rate")), {}),
    code: "analysis-unknown",
    messages: [
      message(
        `${rollout}canary.steps.1.analysis.templates.0.templateName`,
        '"error-rate"',
        "one of the environment's analyses; it has none",
        "add it under patchbay:environment.analyses",
      ),
    ],
  },
  ...(["prePromotionAnalysis", "postPromotionAnalysis"] as const).map((moment) => ({
    name: `a ${moment} that never ends`,
    documents: judgedBy({ blueGreen: { [moment]: named("endless") } }),
    code: "analysis-endless",
    messages: [endlessMessage()],
  })),
  {
    name: "a step's analysis that never ends",
    documents: judgedBy(canary(named("endless"))),
    code: "analysis-endless",
    messages: [endlessMessage()],
  },
  {
    name: "metrics of one name in analyses that are measured together",
    documents: judgedBy(canary({ templates: [{ templateName: "error-rate" }, { templateName: "other" }] }), {
      "error-rate": single,
      other: single,
    }),
    code: "name-taken",
    messages: [
      message(
        `${rollout}canary.steps.1.analysis.templates.1.templateName`,
        "metric errors of other, beside that of error-rate",
        together,
        "rename one of the metrics",
      ),
    ],
  },
  {
    name: "an analysis that is named twice in one place",
    documents: judgedBy({
      blueGreen: {
        postPromotionAnalysis: { templates: [{ templateName: "error-rate" }, { templateName: "error-rate" }] },
      },
    }),
    code: "name-taken",
    messages: [
      message(
        `${rollout}blueGreen.postPromotionAnalysis.templates.1.templateName`,
        "metric errors of error-rate, beside that of error-rate",
        together,
        "name the analysis once",
      ),
    ],
  },
  {
    name: "an argument that nobody gives",
    documents: judgedBy(canary({ ...named("tenant"), args: [{ name: "least", value: "1" }] })),
    code: "analysis-argument-missing",
    messages: [
      message(
        `${rollout}canary.steps.1.analysis.args`,
        "nothing",
        `a value for {{args.most}} of analysis tenant; given by itself: ${Object.keys(analysisArguments).join(", ")}`,
        "add { name: most, value: … }",
      ),
    ],
  },
];

function endlessMessage(): string {
  return message(
    `${stack}environment.analyses.endless.metrics.0.count`,
    "nothing, beside an interval of 10s",
    "a number of measurements, since a rollout waits for the end of this analysis",
    "add count, or name the analysis in canary.analysis only, which ends with the rollout",
  );
}
