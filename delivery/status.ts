import type { BatchV1Api, CustomObjectsApi, V1Deployment, V1Job } from "@kubernetes/client-node";

/** How a plugin fares in its environment, as the cluster tells it. */
export interface PluginStatus {
  readonly plugin: string;
  readonly version: string;
  /** Pods that can take requests, and how many there should be. */
  readonly ready: number;
  readonly wanted: number;
  readonly verification: "passed" | "failed" | "running" | "missing";
  /** Names of the bindings that its pods mount. */
  readonly mounted: readonly string[];
}

/** Where to look: a kubeconfig's path, and the namespace. */
export interface StatusSource {
  readonly kubeconfig: string;
  readonly namespace: string;
}

/** Status of each plugin of an environment, by name. */
export async function pluginStatuses({ kubeconfig, namespace }: StatusSource): Promise<PluginStatus[]> {
  const { AppsV1Api, BatchV1Api, CustomObjectsApi, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const labelSelector = "patchbay.dev/plugin";
  const [deployments, rollouts, jobs] = await Promise.all([
    config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace, labelSelector }),
    listRollouts(config.makeApiClient(CustomObjectsApi), namespace, labelSelector),
    listJobs(config.makeApiClient(BatchV1Api), namespace, labelSelector),
  ]);
  return [...deployments.items, ...rollouts]
    .map((workload) => statusOf(workload, jobs))
    .sort((a, b) => a.plugin.localeCompare(b.plugin, "en"));
}

/** A Rollout (Argo Rollouts v1alpha1), as far as it is written like a Deployment. */
type Workload = Pick<V1Deployment, "metadata" | "spec" | "status">;

async function listRollouts(
  custom: CustomObjectsApi,
  namespace: string,
  labelSelector: string,
): Promise<readonly Workload[]> {
  const place = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts", namespace, labelSelector };
  try {
    const { items } = (await custom.listNamespacedCustomObject(place)) as { readonly items: readonly Workload[] };
    return items;
  } catch (error) {
    // A cluster without Argo Rollouts.
    if ((error as { readonly code?: unknown }).code === 404) return [];
    throw error;
  }
}

async function listJobs(batch: BatchV1Api, namespace: string, labelSelector: string): Promise<V1Job[]> {
  const { items } = await batch.listNamespacedJob({ namespace, labelSelector });
  return items;
}

function statusOf({ metadata, spec, status }: Workload, jobs: readonly V1Job[]): PluginStatus {
  const plugin = metadata?.name ?? "";
  return {
    plugin,
    version: metadata?.labels?.["app.kubernetes.io/version"] ?? "unknown",
    ready: status?.readyReplicas ?? 0,
    wanted: spec?.replicas ?? 0,
    verification: verificationOf(newestOf(jobs, plugin)),
    mounted: (spec?.template.spec?.volumes ?? []).flatMap(({ name }) =>
      name.startsWith("binding-") ? [name.slice("binding-".length)] : [],
    ),
  };
}

/** The verification of the newest change: an update that was killed may have left an older one. */
function newestOf(jobs: readonly V1Job[], plugin: string): V1Job | undefined {
  const generation = ({ metadata }: V1Job) => Number(metadata?.annotations?.["patchbay.dev/workload-generation"] ?? 0);
  const created = ({ metadata }: V1Job) => metadata?.creationTimestamp?.getTime() ?? 0;
  const own = jobs.filter(({ metadata }) => metadata?.annotations?.["patchbay.dev/workload"] === plugin);
  return own.sort((a, b) => generation(b) - generation(a) || created(b) - created(a))[0];
}

function verificationOf(job: V1Job | undefined): PluginStatus["verification"] {
  if (job === undefined) return "missing";
  const is = (type: string) =>
    job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True");
  if (is("Complete")) return "passed";
  return is("Failed") ? "failed" : "running";
}
