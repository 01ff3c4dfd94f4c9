import type { Problem } from "../problem.ts";
import type { Analysis, Metric } from "../schema/analysis.ts";
import { nearestTo, quote } from "../schema/check.ts";
import { type AnalysisReference, type Strategy, strategyOf } from "../schema/rollout.ts";
import type { Draft } from "./draft.ts";

/** Arguments that Patchbay gives every analysis, with what they hold. */
export const analysisArguments = {
  plugin: "name of the plugin",
  release: "version that is rolled out",
  environment: "name of the environment",
  namespace: "namespace of the environment",
  service: "host name of the plugin, which old and new pods answer",
  "latest-service": "host name that only pods of the new release answer",
  "latest-hash": "label `rollouts-pod-template-hash` of the new pods",
  "stable-hash": "label `rollouts-pod-template-hash` of the old pods",
} as const;

interface Use {
  /** Where it stands below `rollout`. */
  readonly path: string;
  readonly reference: Pick<AnalysisReference, "templates" | "args">;
  /** Whether the rollout waits for its end: measuring on and on would keep it waiting. */
  readonly awaited: boolean;
}

/** What is wrong with the analyses that the plugins' rollouts name. */
export function analysisProblems({ file, placements, environment }: Draft): Problem[] {
  const analyses = environment?.analyses;
  if (analyses === undefined) return [];
  return Object.entries(placements.sound).flatMap(([plugin, { rollout }]) =>
    usesOf(strategyOf(rollout)).flatMap((use) => {
      const at = `patchbay:plugins.${plugin}.rollout.${use.path}`;
      const shared = sharedMetrics({ file, at, use, analyses });
      const single = use.reference.templates.flatMap(({ templateName }, index): Problem[] => {
        const analysis = Object.hasOwn(analyses, templateName) ? analyses[templateName] : undefined;
        const path = `${at}.templates.${String(index)}.templateName`;
        if (analysis === undefined) return [unknown({ file, path, templateName, known: Object.keys(analyses) })];
        return [
          ...(use.awaited ? endless({ file, templateName, analysis }) : []),
          ...unknownArguments({ file, path: `${at}.args`, templateName, analysis, use }),
        ];
      });
      return [...single, ...shared];
    }),
  );
}

function usesOf(strategy: Strategy): Use[] {
  if (strategy.kind === "rolling") return [];
  if (strategy.kind === "canary") {
    const steps = strategy.steps.flatMap(({ analysis }, index): Use[] =>
      analysis === undefined
        ? []
        : [{ path: `canary.steps.${String(index)}.analysis`, reference: analysis, awaited: true }],
    );
    const { analysis } = strategy;
    return analysis === undefined
      ? steps
      : [...steps, { path: "canary.analysis", reference: analysis, awaited: false }];
  }
  const { prePromotionAnalysis, postPromotionAnalysis } = strategy;
  return Object.entries({ prePromotionAnalysis, postPromotionAnalysis }).flatMap(([key, reference]): Use[] =>
    reference === undefined ? [] : [{ path: `blueGreen.${key}`, reference, awaited: true }],
  );
}

function unknown(at: { file: string; path: string; templateName: string; known: readonly string[] }): Problem {
  const nearest = nearestTo(at.templateName, at.known);
  return {
    code: "analysis-unknown",
    file: at.file,
    path: at.path,
    found: quote(at.templateName),
    expected:
      at.known.length === 0
        ? "one of the environment's analyses; it has none"
        : `one of the environment's analyses: ${at.known.join(", ")}`,
    remedy: nearest === undefined ? "add it under patchbay:environment.analyses" : `did you mean ${nearest}?`,
  };
}

function endless(at: { file: string; templateName: string; analysis: Analysis }): Problem[] {
  return at.analysis.metrics.flatMap(({ interval, count }, index): Problem[] =>
    interval === undefined || count !== undefined
      ? []
      : [
          {
            code: "analysis-endless",
            file: at.file,
            path: `patchbay:environment.analyses.${at.templateName}.metrics.${String(index)}.count`,
            found: `nothing, beside an interval of ${interval}`,
            expected: "a number of measurements, since a rollout waits for the end of this analysis",
            remedy: "add count, or name the analysis in canary.analysis only, which ends with the rollout",
          },
        ],
  );
}

interface Together {
  readonly file: string;
  readonly at: string;
  readonly use: Use;
  readonly analyses: Readonly<Record<string, Analysis>>;
}

/** Argo Rollouts makes one run of analyses that are named together, and refuses two metrics of one name. */
function sharedMetrics({ file, at, use, analyses }: Together): Problem[] {
  const owners = new Map<string, string>();
  return use.reference.templates.flatMap(({ templateName }, index) => {
    const metrics = Object.hasOwn(analyses, templateName) ? (analyses[templateName]?.metrics ?? []) : [];
    return metrics.flatMap(({ name }): Problem[] => {
      const owner = owners.get(name);
      owners.set(name, templateName);
      if (owner === undefined) return [];
      return [
        {
          code: "name-taken",
          file,
          path: `${at}.templates.${String(index)}.templateName`,
          found: `metric ${name} of ${templateName}, beside that of ${owner}`,
          expected: "analyses whose metrics have names of their own, where they are measured together",
          remedy: owner === templateName ? "name the analysis once" : "rename one of the metrics",
        },
      ];
    });
  });
}

interface Arguments {
  readonly file: string;
  readonly path: string;
  readonly templateName: string;
  readonly analysis: Analysis;
  readonly use: Use;
}

function unknownArguments({ file, path, templateName, analysis, use }: Arguments): Problem[] {
  const given = [...Object.keys(analysisArguments), ...use.reference.args.map(({ name }) => name)];
  const missing = argumentsOf(analysis).filter((name) => !given.includes(name));
  return missing.map((name) => ({
    code: "analysis-argument-missing",
    file,
    path,
    found: "nothing",
    expected: `a value for {{args.${name}}} of analysis ${templateName}; given by itself: ${Object.keys(analysisArguments).join(", ")}`,
    remedy: `add { name: ${name}, value: … }`,
  }));
}

/** Names of the arguments that the texts of an analysis contain. */
export function argumentsOf({ metrics }: Analysis): string[] {
  const names = metrics.flatMap((metric: Metric) =>
    [...JSON.stringify(metric).matchAll(/\{\{\s*args\.([^\s}]+)\s*\}\}/g)].map(([, name]) => name ?? ""),
  );
  return [...new Set(names)];
}
