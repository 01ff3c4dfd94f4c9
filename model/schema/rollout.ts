import { z } from "zod";
import { deadline, wholePercent } from "./measure.ts";
import { count, name } from "./text.ts";

/*
 * Strategies with the field names of Argo Rollouts (v1.10, `argoproj.io/v1alpha1` Rollout). Left out is what would keep an
 * update waiting for somebody: pauses without an end, promotion by hand. Between environments there are rules for that.
 */

const surge = z.union([wholePercent, count(0, 100)], {
  error: "a number of pods from 0 to 100, or a whole percentage such as 25%",
});

/** Pods while rolling out: above the wanted number, and below it. */
const pace = {
  maxSurge: surge.default("25%").describe("Pods above the wanted number while rolling out."),
  maxUnavailable: surge.default(0).describe("Pods below the wanted number while rolling out."),
};

interface Pace {
  readonly maxSurge: string | number;
  readonly maxUnavailable: string | number;
}

const isNone = (value: string | number) => value === 0 || value === "0%";
const canMove = ({ maxSurge, maxUnavailable }: Pace) => !isNone(maxSurge) || !isNone(maxUnavailable);
const mustMove = {
  path: ["maxSurge"],
  error: "maxSurge or maxUnavailable above 0 (a rollout could not move otherwise)",
};

const rolling = z
  .strictObject(pace)
  .refine(canMove, mustMove)
  .describe("Replace pods little by little; verified afterwards. The strategy where none is named.");

const analysisRun = {
  templates: z
    .array(z.strictObject({ templateName: name.describe("One of the environment's `analyses`.") }))
    .min(1, { error: "at least one template" })
    .max(16)
    .describe("What is measured."),
  args: z
    .array(
      z.strictObject({
        name: z
          .string({ error: "an argument's name" })
          .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: "a name of lower-case letters, digits and hyphens" })
          .describe("Name of the argument."),
        value: z.string({ error: "a text in quotes" }).max(4096).describe("What stands for it."),
      }),
    )
    .max(64)
    .default([])
    .describe("Values for `{{args.<name>}}` in the analysis, beside those that Patchbay gives."),
};

const analysis = z.strictObject(analysisRun).describe("Measure, and go on only if that succeeds.");

const pauseDuration = deadline.describe("How long; a pause without an end would keep the update waiting for somebody.");

const step = z
  .strictObject({
    setWeight: count(0, 100).optional().describe("Share of the pods, in percent, that run the new release."),
    pause: z
      .strictObject({ duration: pauseDuration })
      .optional()
      .describe("Wait, while analyses in the background go on."),
    analysis: analysis.optional(),
  })
  .refine((value) => Object.values(value).filter((one) => one !== undefined).length === 1, {
    error: "exactly one of setWeight, pause, analysis",
  })
  .describe("One step.");

const canary = z
  .strictObject({
    ...pace,
    steps: z
      .array(step)
      .min(1, { error: "at least one step" })
      .max(64)
      .describe("One after the other; after the last one the new release gets all."),
    analysis: z
      .strictObject({
        ...analysisRun,
        startingStep: count(0, 63).default(0).describe("Step with which it starts, counted from 0."),
      })
      .optional()
      .describe("Measured in the background while the steps go on."),
  })
  .refine(canMove, mustMove)
  .describe(
    "Verify one pod of the new release apart from the traffic, then give it a growing share (Argo Rollouts). Traffic splits by the number of pods.",
  );

const blueGreen = z
  .strictObject({
    previewReplicaCount: count(1, 1000)
      .optional()
      .describe("Pods of the new release while it is proven; as many as there will be, if absent."),
    prePromotionAnalysis: analysis.optional().describe("Measured before the switch, beside the verification."),
    postPromotionAnalysis: analysis.optional().describe("Measured after the switch; a failure switches back at once."),
    scaleDownDelay: deadline.default("30s").describe("How long the old pods stay after the switch."),
  })
  .describe(
    "Bring all pods of the new release up beside the old ones, verify them, and switch at once (Argo Rollouts).",
  );

const strategies = ["rolling", "canary", "blueGreen"] as const;

/** How a release comes into an environment. */
export const rolloutSchema = z
  .strictObject({
    rolling: rolling.optional(),
    canary: canary.optional(),
    blueGreen: blueGreen.optional(),
    deadline: deadline.default("5m").describe("A rollout that makes no progress for this long has failed."),
    restartLimit: count(1, 100)
      .default(1)
      .describe("Restarts of a container after which a crash loop (CrashLoopBackOff) counts as a failure."),
  })
  .refine((value) => strategies.filter((strategy) => value[strategy] !== undefined).length <= 1, {
    error: `at most one of ${strategies.join(", ")}`,
  })
  .prefault({})
  .describe("How a release comes into the environment.");

type Rollout = z.output<typeof rolloutSchema>;
export type AnalysisReference = z.output<typeof analysis>;
export type CanaryStep = NonNullable<Rollout["canary"]>["steps"][number];

/** The strategy of a rollout: the one that is named, or rolling. */
export type Strategy =
  | ({ readonly kind: "rolling" } & z.output<typeof rolling>)
  | ({ readonly kind: "canary" } & NonNullable<Rollout["canary"]>)
  | ({ readonly kind: "blueGreen" } & NonNullable<Rollout["blueGreen"]>);

export function strategyOf(rollout: Rollout): Strategy {
  if (rollout.canary !== undefined) return { kind: "canary", ...rollout.canary };
  if (rollout.blueGreen !== undefined) return { kind: "blueGreen", ...rollout.blueGreen };
  return { kind: "rolling", ...(rollout.rolling ?? rolling.parse({})) };
}
