import type { BatchV1Api, CustomObjectsApi, V1Deployment, V1Job, V1Service } from "@kubernetes/client-node";

import { type Proof, readProof } from "./proof.ts";

/** How a plugin fares in its environment, as the cluster tells it. */
export interface PluginStatus {
  readonly plugin: string;
  readonly version: string;
  /** Pods that can take requests, and how many there should be. */
  readonly ready: number;
  readonly wanted: number;
  readonly verification: "passed" | "failed" | "running" | "missing";
  /** What the verification saw of its bindings, by name; nothing where it left no report. */
  readonly proof: Proof;
  /** Names of the bindings that its pods mount. */
  readonly mounted: readonly string[];
  /** Where it says that it is ready, by the address of its Service in the cluster; undefined where it has none. */
  readonly readyUrl: string | undefined;
}

/** Where to look: a kubeconfig's path, and the namespace. */
export interface StatusSource {
  readonly kubeconfig: string;
  readonly namespace: string;
}

/** Status of each plugin of an environment, by name. */
export async function pluginStatuses({ kubeconfig, namespace }: StatusSource): Promise<PluginStatus[]> {
  const { AppsV1Api, BatchV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const labelSelector = "patchbay.dev/plugin";
  const core = config.makeApiClient(CoreV1Api);
  const [deployments, rollouts, jobs, services] = await Promise.all([
    config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace, labelSelector }),
    listRollouts(config.makeApiClient(CustomObjectsApi), namespace, labelSelector),
    listJobs(config.makeApiClient(BatchV1Api), namespace, labelSelector),
    core.listNamespacedService({ namespace, labelSelector }),
  ]);
  const statuses = [...deployments.items, ...rollouts].map(async (workload) => {
    const job = newestOf(jobs, workload.metadata?.name ?? "");
    const proof = job?.metadata?.name === undefined ? {} : await readProof(core, job.metadata.name, namespace);
    return { ...statusOf(workload, services.items), verification: verificationOf(job), proof };
  });
  return (await Promise.all(statuses)).sort((a, b) => a.plugin.localeCompare(b.plugin, "en"));
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

function statusOf(
  { metadata, spec, status }: Workload,
  services: readonly V1Service[],
): Omit<PluginStatus, "verification" | "proof"> {
  const plugin = metadata?.name ?? "";
  return {
    plugin,
    version: metadata?.labels?.["app.kubernetes.io/version"] ?? "unknown",
    ready: status?.readyReplicas ?? 0,
    wanted: spec?.replicas ?? 0,
    mounted: (spec?.template.spec?.volumes ?? []).flatMap(({ name }) =>
      name.startsWith("binding-") ? [name.slice("binding-".length)] : [],
    ),
    readyUrl: readyUrl(
      services.find((service) => service.metadata?.name === plugin),
      spec,
    ),
  };
}

function readyUrl(service: V1Service | undefined, spec: Workload["spec"]): string | undefined {
  const address = service?.spec?.clusterIP;
  const path = spec?.template.spec?.containers.find(({ readinessProbe }) => readinessProbe)?.readinessProbe?.httpGet;
  return address === undefined ? undefined : `http://${address}${path?.path ?? "/"}`;
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
