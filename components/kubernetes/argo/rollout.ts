import type { CanaryStep, Strategy } from "../../../model/index.ts";
import { seconds } from "../../../model/index.ts";
import type { ObjectArgs } from "../events.ts";
import { label } from "../labels.ts";
import type { PodContext } from "../pod.ts";
import { serviceName } from "../services.ts";
import { workloadCommon } from "../workload.ts";
import { analysisRun, goDuration, verificationTemplateName } from "./analysis.ts";

export type Progressive = Exclude<Strategy, { kind: "rolling" }>;

/**
 * Rollout of Argo Rollouts (`argoproj.io/v1alpha1`, v1.10) of a plugin. What fails is aborted: traffic goes to the pods of
 * the good release, which have been there all the time.
 */
export function rolloutArgs(context: PodContext, strategy: Progressive): ObjectArgs {
  const { metadata, spec } = workloadCommon(context);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata,
    spec: {
      ...spec,
      progressDeadlineAbort: true,
      strategy:
        strategy.kind === "canary"
          ? { canary: canaryArgs(context, strategy) }
          : { blueGreen: blueGreenArgs(context, strategy) },
    },
  };
}

/** Names of the environment's analyses that a strategy is judged by, each once. */
export function namedAnalyses(strategy: Progressive): string[] {
  const references =
    strategy.kind === "canary"
      ? [...strategy.steps.map(({ analysis }) => analysis), strategy.analysis]
      : [strategy.prePromotionAnalysis, strategy.postPromotionAnalysis];
  return [
    ...new Set(references.flatMap((reference) => reference?.templates.map(({ templateName }) => templateName) ?? [])),
  ];
}

function canaryArgs(context: PodContext, strategy: Extract<Progressive, { kind: "canary" }>) {
  const { maxSurge, maxUnavailable, steps, analysis } = strategy;
  return {
    maxSurge,
    maxUnavailable,
    canaryService: serviceName(context.plugin.name, "canary"),
    steps: [verificationStep(context), ...steps.map((step) => stepArgs(context, step))],
    // The verification is the first step.
    ...(analysis && { analysis: { ...analysisRun(context, analysis), startingStep: analysis.startingStep + 1 } }),
  };
}

/** One pod of the new release, to which no Service but its own leads, and the verification of it. */
function verificationStep({ plugin }: PodContext) {
  return {
    experiment: {
      // Proven or not, nobody needs the pod any more.
      scaleDownDelaySeconds: 0,
      // The controller writes it in any case, and would own the steps from then on.
      analysisRunMetadata: {},
      templates: [
        { name: "candidate", specRef: "canary", replicas: 1, metadata: { labels: { [label.role]: "candidate" } } },
      ],
      analyses: [
        {
          name: "verification",
          templateName: verificationTemplateName(plugin.name),
          requiredForCompletion: true,
        },
      ],
    },
  };
}

function stepArgs(context: PodContext, { setWeight, pause, analysis }: CanaryStep) {
  if (pause !== undefined) return { pause: { duration: goDuration(pause.duration) } };
  if (analysis !== undefined) return { analysis: analysisRun(context, analysis) };
  return { setWeight };
}

function blueGreenArgs(context: PodContext, strategy: Extract<Progressive, { kind: "blueGreen" }>) {
  const { name } = context.plugin;
  const { previewReplicaCount, prePromotionAnalysis, postPromotionAnalysis, scaleDownDelay } = strategy;
  const before = analysisRun(context, prePromotionAnalysis ?? { templates: [], args: [] });
  return {
    activeService: name,
    previewService: serviceName(name, "preview"),
    autoPromotionEnabled: true,
    scaleDownDelaySeconds: seconds(scaleDownDelay),
    ...(previewReplicaCount !== undefined && { previewReplicaCount }),
    prePromotionAnalysis: {
      ...before,
      templates: [{ templateName: verificationTemplateName(name) }, ...before.templates],
    },
    ...(postPromotionAnalysis && { postPromotionAnalysis: analysisRun(context, postPromotionAnalysis) }),
  };
}
