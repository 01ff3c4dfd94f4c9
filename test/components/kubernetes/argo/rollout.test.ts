import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { namedAnalyses, rolloutArgs } from "../../../../components/kubernetes/argo/rollout.ts";
import { deploymentArgs } from "../../../../components/kubernetes/workload.ts";
import type { Data } from "../../../support/documents.ts";
import { at } from "../../../support/mock-world.ts";
import { type Changes, progressiveContext, shopContext } from "../context.ts";

const named = (templateName: string) => ({ templates: [{ templateName }] });

function rolloutOf(rollout: Data, changes?: Changes) {
  const { context, strategy } = progressiveContext(rollout, changes);
  return rolloutArgs(context, strategy);
}

/** What Patchbay tells every analysis. */
const values = [
  { name: "plugin", value: "payment-gateway" },
  { name: "release", value: "2.4.1" },
  { name: "environment", value: "dev" },
  { name: "namespace", value: "storefront-dev" },
  { name: "service", value: "payment-gateway.storefront-dev.svc.cluster.local" },
];
const hashes = [
  { name: "latest-hash", valueFrom: { podTemplateHashValue: "Latest" } },
  { name: "stable-hash", valueFrom: { podTemplateHashValue: "Stable" } },
];
const latest = (service: string) => ({
  name: "latest-service",
  value: `payment-gateway--${service}.storefront-dev.svc.cluster.local`,
});

const verification = {
  experiment: {
    analysisRunMetadata: {},
    scaleDownDelaySeconds: 0,
    templates: [
      {
        name: "candidate",
        specRef: "canary",
        replicas: 1,
        metadata: { labels: { "patchbay.dev/role": "candidate" } },
      },
    ],
    analyses: [{ name: "verification", templateName: "payment-gateway-verification", requiredForCompletion: true }],
  },
};

describe("a Rollout", () => {
  const rolling = shopContext();
  const common = (() => {
    const { strategy } = rolling.plugin.rollout;
    if (strategy.kind !== "rolling") throw new Error("the shop rolls");
    return deploymentArgs(rolling, strategy);
  })();

  test.each<Data>([{ canary: { steps: [{ setWeight: 50 }] } }, { blueGreen: {} }])(
    "by %j has the name, pods and selector of the Deployment that it may replace",
    (rollout) => {
      const made = rolloutOf(rollout);

      expect(made).toMatchObject({ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" });
      const { annotations, ...named } = made.metadata;
      expect(common.metadata).toMatchObject(named);
      expect(annotations).toMatchObject({ "patchbay.dev/workload-kind": "Rollout" });
      expect(made.spec.selector).toEqual(at(common, "spec.selector"));
      // Outputs are compared by what they are made of, not one by one.
      expect(JSON.stringify(made.spec.template)).toBe(JSON.stringify(at(common, "spec.template")));
    },
  );

  test("is aborted by its controller where it makes no progress", () => {
    expect(rolloutOf({ blueGreen: {}, deadline: "90s" }).spec).toMatchObject({
      progressDeadlineSeconds: 90,
      progressDeadlineAbort: true,
    });
  });

  test("has a fixed number of replicas where the environment fixes it, and none beside an autoscaler", () => {
    expect(rolloutOf({ blueGreen: {} }, { placement: { replicas: 3 } }).spec).toMatchObject({ replicas: 3 });
    expect(rolloutOf({ blueGreen: {} }).spec).not.toHaveProperty("replicas");
  });
});

describe("a canary", () => {
  const canary = (more: Data, rest?: Changes) =>
    at(rolloutOf({ canary: { steps: [{ setWeight: 25 }], ...more } }, rest), "spec.strategy") as Data;

  test("verifies one pod apart from the traffic before it gives any to the new release", () => {
    expect(
      canary({ maxSurge: 1, steps: [{ setWeight: 25 }, { pause: { duration: "1m" } }, { setWeight: 50 }] }),
    ).toEqual({
      canary: {
        maxSurge: 1,
        maxUnavailable: 0,
        canaryService: "payment-gateway--canary",
        steps: [verification, { setWeight: 25 }, { pause: { duration: "60s" } }, { setWeight: 50 }],
      },
    });
  });

  test("measures at a step what the step names, and tells the analysis what it is about", () => {
    expect(at(canary({ steps: [{ setWeight: 25 }, { analysis: named("error-rate") }] }), "canary.steps.2")).toEqual({
      analysis: {
        templates: [{ templateName: "payment-gateway--error-rate" }],
        args: [...values, latest("canary"), ...hashes],
      },
    });
  });

  test.each([
    [{}, 1],
    [{ startingStep: 2 }, 3],
  ])("begins to measure in the background at the step that %j means to the user", (more, startingStep) => {
    expect(at(canary({ analysis: { ...named("watch"), ...more } }), "canary.analysis")).toEqual({
      templates: [{ templateName: "payment-gateway--watch" }],
      args: [...values, latest("canary"), ...hashes],
      startingStep,
    });
  });

  test("takes the user's value of an argument in place of its own, each once", () => {
    const own = [
      { name: "service", value: "elsewhere" },
      { name: "most", value: "5" },
    ];
    const args = at(canary({ analysis: { ...named("watch"), args: own } }), "canary.analysis.args") as {
      name: string;
    }[];

    expect(args).toEqual(expect.arrayContaining(own));
    expect(new Set(args.map(({ name }) => name)).size).toBe(args.length);
  });

  test("splits the traffic by pods, and asks nothing of a gateway", () => {
    const { canary: made } = canary({}) as { canary: Data };

    expect(made).not.toHaveProperty("trafficRouting");
    expect(made).not.toHaveProperty("stableService");
    expect(made).not.toHaveProperty("analysis");
  });

  test("is verified first and then takes the user's steps one by one, whatever these are", () => {
    const step = fc.oneof(
      fc.integer({ min: 0, max: 100 }).map((setWeight) => ({ setWeight })),
      fc.integer({ min: 1, max: 600 }).map((seconds) => ({ pause: { duration: `${String(seconds)}s` } })),
      fc.constant({ analysis: named("error-rate") }),
    );
    const plan = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 64 }),
      maxSurge: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom("1%", "25%", "100%")),
      maxUnavailable: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom("0%", "10%")),
    });

    fc.assert(
      fc.property(plan, (given) => {
        const { steps, ...pace } = (canary(given) as { canary: { steps: Data[] } }).canary;

        expect(pace).toMatchObject({ maxSurge: given.maxSurge, maxUnavailable: given.maxUnavailable });
        expect(steps[0]).toEqual(verification);
        expect(steps.slice(1).map((one) => Object.keys(one))).toEqual(given.steps.map((one) => Object.keys(one)));
        expect(steps.flatMap(({ setWeight }) => setWeight ?? [])).toEqual(
          given.steps.flatMap((one) => ("setWeight" in one ? one.setWeight : [])),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe("blue-green", () => {
  const blueGreen = (rollout: Data = {}) => at(rolloutOf({ blueGreen: rollout }), "spec.strategy") as Data;
  const args = [...values, latest("preview"), ...hashes];
  const proof = { templateName: "payment-gateway-verification" };

  test("verifies the new pods behind a Service of their own before it switches, by itself", () => {
    expect(blueGreen()).toEqual({
      blueGreen: {
        activeService: "payment-gateway",
        previewService: "payment-gateway--preview",
        autoPromotionEnabled: true,
        scaleDownDelaySeconds: 30,
        prePromotionAnalysis: { templates: [proof], args },
      },
    });
  });

  test("measures besides what the user names before the switch, and after it that alone", () => {
    const analyses = { prePromotionAnalysis: named("error-rate"), postPromotionAnalysis: named("error-rate") };
    const user = { templateName: "payment-gateway--error-rate" };

    expect(blueGreen({ ...analyses, previewReplicaCount: 1, scaleDownDelay: "5m" })).toEqual({
      blueGreen: {
        activeService: "payment-gateway",
        previewService: "payment-gateway--preview",
        autoPromotionEnabled: true,
        previewReplicaCount: 1,
        scaleDownDelaySeconds: 300,
        prePromotionAnalysis: { templates: [proof, user], args },
        postPromotionAnalysis: { templates: [user], args },
      },
    });
  });
});

test.each<[Data, string[]]>([
  [{ canary: { steps: [{ setWeight: 5 }] } }, []],
  [
    {
      canary: {
        steps: [{ analysis: named("error-rate") }, { analysis: named("error-rate") }],
        analysis: named("watch"),
      },
    },
    ["error-rate", "watch"],
  ],
  [{ blueGreen: {} }, []],
  [{ blueGreen: { postPromotionAnalysis: named("error-rate") } }, ["error-rate"]],
])("of %j the analyses are known, each once", (rollout, names) => {
  expect(namedAnalyses(progressiveContext(rollout).strategy)).toEqual(names);
});
