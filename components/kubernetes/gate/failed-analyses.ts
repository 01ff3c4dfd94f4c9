import { type CoreV1Api, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { jobLogs, withoutSecrets } from "./evidence.ts";
import type { RolloutObject } from "./workload.ts";

/** Phases of an AnalysisRun or a metric that let a rollout fail. */
const failedPhases: ReadonlySet<string> = new Set(["Failed", "Error", "Inconclusive"]);

/** What the analysis measured that failed a Rollout's current change; of a Job, its last words. */
export async function failedAnalyses(config: KubeConfig, core: CoreV1Api, rollout: RolloutObject): Promise<string[]> {
  const namespace = rollout.metadata?.namespace ?? "";
  const name = rollout.metadata?.name ?? "";
  const runs = (await analysisRuns(config, namespace, rollout)).slice(-1);
  const lines = runs.flatMap(({ status }) =>
    (status?.metricResults ?? [])
      .filter(({ phase }) => failedPhases.has(phase ?? ""))
      .map((result) => ({ line: metricLine(result), job: result.measurements?.at(-1)?.metadata?.["job-name"] })),
  );
  const said = await Promise.all(
    lines.map(async ({ line, job }) => [line, ...(job === undefined ? [] : await jobLogs(core, namespace, job))]),
  );
  return withoutSecrets(core, { namespace, plugin: name }, said.flat());
}

/** An AnalysisRun (Argo Rollouts v1.10), as far as it is read. */
interface AnalysisRun {
  readonly metadata?: { readonly name?: string; readonly creationTimestamp?: string };
  readonly status?: { readonly phase?: string; readonly metricResults?: readonly MetricResult[] };
}

interface MetricResult {
  readonly name: string;
  readonly phase?: string;
  readonly message?: string;
  readonly measurements?: readonly {
    readonly value?: string;
    readonly message?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  }[];
}

/** Failed runs of this change, the newest last: the Rollout's own, and those of its experiments, which are named after the Rollout and its hash. */
async function analysisRuns(config: KubeConfig, namespace: string, rollout: RolloutObject): Promise<AnalysisRun[]> {
  const at = { group: "argoproj.io", version: "v1alpha1", namespace, plural: "analysisruns" };
  const prefix = `${rollout.metadata?.name ?? ""}-${rollout.status?.currentPodHash ?? ""}-`;
  const { items } = (await config
    .makeApiClient(CustomObjectsApi)
    .listNamespacedCustomObject(at)
    .catch(() => ({ items: [] }))) as { items: AnalysisRun[] };
  return items
    .filter(
      ({ metadata, status }) => metadata?.name?.startsWith(prefix) === true && failedPhases.has(status?.phase ?? ""),
    )
    .sort((a, b) => createdAt(a) - createdAt(b));
}

function createdAt({ metadata }: AnalysisRun): number {
  return Date.parse(metadata?.creationTimestamp ?? "");
}

function metricLine({ name, phase, message, measurements }: MetricResult): string {
  const last = measurements?.at(-1);
  const why = [message, last?.message, last?.value === undefined ? undefined : `measured ${last.value}`];
  const parts = why.filter((part) => part !== undefined && part !== "");
  return `analysis ${name} ${(phase ?? "").toLowerCase()}${parts.length === 0 ? "" : `: ${parts.join("; ")}`}`;
}
