import { existsSync } from "node:fs";
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1ReplicaSet,
  Watch,
} from "@kubernetes/client-node";
import { PatchbayError } from "../../model/index.ts";
import { label } from "./labels.ts";
import { judge, podTroubles } from "./rollout.ts";

export interface Connection {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface Workload {
  readonly namespace: string;
  readonly name: string;
  /** `metadata.generation` of the change to wait for. */
  readonly generation: number;
}

/** Longest time that one watch stays open, in seconds; the state is read anew after it. */
const watchSeconds = 30;

/**
 * Waits until a Deployment has rolled out a generation, or has failed to for certain; its deadline is the Deployment's own
 * `progressDeadlineSeconds`. Before that it ties the binding Secrets to the ReplicaSets that mount them.
 *
 * @param report Takes a line whenever the state has changed.
 * @throws PatchbayError `rollout-failed`, with what the pods say.
 */
export async function waitForRollout(
  connection: Connection,
  workload: Workload,
  report: (line: string) => void,
): Promise<void> {
  const config = kubeConfig(connection);
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  let last = "";
  let tied = false;
  for (;;) {
    const deployment = await apps.readNamespacedDeployment(workload);
    const state = judge(deployment, workload.generation);
    if (!tied && (deployment.status?.observedGeneration ?? 0) >= workload.generation) {
      await tieSecrets(apps, core, deployment);
      tied = true;
    }
    if (state.phase === "complete") {
      await dropUnusedSecrets(apps, core, deployment);
      return;
    }
    if (state.phase === "failed") throw await failure(core, workload, state.detail);
    if (state.detail !== last) report(`${workload.name}: ${state.detail}`);
    last = state.detail;
    await nextChange(config, deployment);
  }
}

function kubeConfig({ kubeconfig, context }: Connection): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** Returns once the Deployment differs from what was read, or after a while. */
async function nextChange(config: KubeConfig, { metadata }: V1Deployment): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${String(metadata?.namespace)}/deployments`;
  const query = {
    fieldSelector: `metadata.name=${String(metadata?.name)}`,
    resourceVersion: metadata?.resourceVersion,
    timeoutSeconds: watchSeconds,
  };
  await new Promise<void>((resolve, reject) => {
    let controller: AbortController | undefined;
    const changed = () => {
      controller?.abort();
      resolve();
    };
    new Watch(config)
      .watch(path, query, changed, () => {
        resolve();
      })
      .then((opened) => {
        controller = opened;
      }, reject);
  });
}

async function ownReplicaSets(apps: AppsV1Api, { metadata, spec }: V1Deployment): Promise<V1ReplicaSet[]> {
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await apps.listNamespacedReplicaSet({ namespace: metadata?.namespace ?? "", labelSelector });
  return items.filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
}

function mountedSecrets({ spec }: V1ReplicaSet): string[] {
  return (spec?.template?.spec?.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
}

/**
 * Makes every ReplicaSet an owner of the Secrets that it mounts. Pulumi leaves replaced Secrets alone (`retainOnDelete`), and
 * Kubernetes collects each when the last ReplicaSet that names it is gone: one that is gone back to finds its values.
 */
async function tieSecrets(apps: AppsV1Api, core: CoreV1Api, deployment: V1Deployment): Promise<void> {
  const namespace = deployment.metadata?.namespace ?? "";
  const newest = deployment.metadata?.annotations?.["deployment.kubernetes.io/revision"];
  const sets = (await ownReplicaSets(apps, deployment)).filter(
    (set) => set.metadata?.annotations?.["deployment.kubernetes.io/revision"] === newest,
  );
  for (const set of sets) {
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: set.metadata?.name, uid: set.metadata?.uid };
    for (const name of mountedSecrets(set)) {
      const body = { metadata: { ownerReferences: [owner] } };
      await core.patchNamespacedSecret(
        { namespace, name, body },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
    }
  }
}

/** Deletes binding Secrets of the plugin that no ReplicaSet has ever mounted: an update that failed early left them. */
async function dropUnusedSecrets(apps: AppsV1Api, core: CoreV1Api, deployment: V1Deployment): Promise<void> {
  const namespace = deployment.metadata?.namespace ?? "";
  const plugin = deployment.metadata?.name ?? "";
  const mounted = new Set((await ownReplicaSets(apps, deployment)).flatMap(mountedSecrets));
  const { items } = await core.listNamespacedSecret({
    namespace,
    labelSelector: `${label.plugin}=${plugin},${label.binding}`,
  });
  const unused = items.filter(
    ({ metadata }) => metadata?.ownerReferences === undefined && !mounted.has(metadata?.name ?? ""),
  );
  for (const { metadata } of unused) await core.deleteNamespacedSecret({ namespace, name: metadata?.name ?? "" });
}

async function failure(core: CoreV1Api, { namespace, name }: Workload, detail: string): Promise<PatchbayError> {
  const { items } = await core.listNamespacedPod({
    namespace,
    labelSelector: `${label.plugin}=${name},${label.role}=workload`,
  });
  const troubles = podTroubles(items);
  return new PatchbayError([
    {
      code: "rollout-failed",
      file: `Deployment ${namespace}/${name}`,
      path: "",
      found: [detail, ...troubles].join("; "),
      expected: "every pod of the new release ready",
      remedy: `mend the release or its bindings, or go back to the one before, and run pulumi up; kubectl -n ${namespace} describe deployment ${name} shows more`,
    },
  ]);
}
