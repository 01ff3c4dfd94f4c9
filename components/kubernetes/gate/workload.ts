import {
  type AppsV1Api,
  CustomObjectsApi,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1LabelSelector,
  type V1ObjectMeta,
  type V1PodTemplateSpec,
} from "@kubernetes/client-node";

/** What brings a plugin's pods in: a Deployment, or a Rollout of Argo Rollouts. */
export type WorkloadKind = "Deployment" | "Rollout";

/** A workload as its API gives it, as far as both kinds are alike. */
export interface WorkloadObject {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly progressDeadlineSeconds?: number;
    readonly selector: V1LabelSelector;
    readonly template: V1PodTemplateSpec;
  };
}

/** What the kinds call the same things. */
export const traits = {
  Deployment: {
    apiVersion: "apps/v1",
    plural: "deployments",
    revision: "deployment.kubernetes.io/revision",
    podHash: "pod-template-hash",
  },
  Rollout: {
    apiVersion: "argoproj.io/v1alpha1",
    plural: "rollouts",
    revision: "rollout.argoproj.io/revision",
    podHash: "rollouts-pod-template-hash",
  },
} as const satisfies Record<WorkloadKind, object>;

const argo = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts" } as const;

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** A Deployment, as far as it is read. */
export interface DeploymentObject extends WorkloadObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastUpdateTime?: Date;
    }[];
  };
}

/** A Rollout (Argo Rollouts v1.10), as far as it is read. */
export interface RolloutObject extends WorkloadObject {
  readonly spec?: NonNullable<WorkloadObject["spec"]> & {
    readonly strategy?: { readonly canary?: { readonly steps?: readonly RolloutStep[] }; readonly blueGreen?: object };
  };
  readonly status?: {
    readonly observedGeneration?: string;
    readonly phase?: "Healthy" | "Progressing" | "Paused" | "Degraded";
    readonly message?: string;
    readonly abort?: boolean;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly currentStepIndex?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly canary?: {
      readonly currentStepAnalysisRunStatus?: AnalysisStatus;
      readonly currentBackgroundAnalysisRunStatus?: AnalysisStatus;
      readonly currentExperiment?: string;
    };
    readonly blueGreen?: {
      readonly prePromotionAnalysisRunStatus?: AnalysisStatus;
      readonly postPromotionAnalysisRunStatus?: AnalysisStatus;
    };
  };
}

export interface AnalysisStatus {
  readonly name?: string;
  readonly status?: string;
  readonly message?: string;
}

interface RolloutStep {
  readonly setWeight?: number;
  readonly pause?: { readonly duration?: string };
  readonly analysis?: object;
  readonly experiment?: object;
}

export async function readRollout(config: KubeConfig, at: Named): Promise<RolloutObject> {
  return (await config.makeApiClient(CustomObjectsApi).getNamespacedCustomObject({ ...argo, ...at })) as RolloutObject;
}

/** Sets a Rollout's abort, as `kubectl argo rollouts abort` and `retry` do. */
export async function setAbort(config: KubeConfig, at: Named, abort: boolean): Promise<void> {
  await config
    .makeApiClient(CustomObjectsApi)
    .patchNamespacedCustomObjectStatus(
      { ...argo, ...at, body: { status: { abort } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
}

/**
 * Deletes a Rollout, and leaves its ReplicaSets to whoever selects their pods. Its analyses and experiments go first: nobody
 * would ever collect them.
 */
export async function orphanRollout(config: KubeConfig, at: Named): Promise<void> {
  const api = config.makeApiClient(CustomObjectsApi);
  const rollout = await readRollout(config, at);
  for (const plural of ["experiments", "analysisruns"]) {
    const kind = { ...argo, plural, namespace: at.namespace };
    const { items } = (await api.listNamespacedCustomObject(kind)) as { items: readonly WorkloadObject[] };
    const own = items.filter(({ metadata }) =>
      metadata?.ownerReferences?.some(({ uid }) => uid === rollout.metadata?.uid),
    );
    await Promise.all(
      own.map(({ metadata }) => api.deleteNamespacedCustomObject({ ...kind, name: metadata?.name ?? "" })),
    );
  }
  await api.deleteNamespacedCustomObject({ ...argo, ...at, propagationPolicy: "Orphan" });
}

/** Rollouts of a name: one or none, also where the cluster knows no Rollouts. */
export async function rolloutExists(config: KubeConfig, { namespace, name }: Named): Promise<boolean> {
  const api = config.makeApiClient(CustomObjectsApi);
  try {
    await api.getNamespacedCustomObject({ ...argo, namespace, name });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return false;
    throw error;
  }
}

/** Value of the label that tells the pods of this change from others; nothing as long as nobody has made them. */
export async function currentHash(
  apps: AppsV1Api,
  kind: WorkloadKind,
  workload: WorkloadObject,
): Promise<string | undefined> {
  if (kind === "Rollout") return (workload as RolloutObject).status?.currentPodHash;
  const newest = workload.metadata?.annotations?.[traits.Deployment.revision];
  const set = (await ownReplicaSets(apps, workload)).find(
    ({ metadata }) => metadata?.annotations?.[traits.Deployment.revision] === newest,
  );
  return set?.metadata?.labels?.[traits.Deployment.podHash];
}

/** ReplicaSets that a workload controls. */
export async function ownReplicaSets(apps: AppsV1Api, { metadata, spec }: WorkloadObject) {
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await apps.listNamespacedReplicaSet({ namespace: metadata?.namespace ?? "", labelSelector });
  return items.filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
}
