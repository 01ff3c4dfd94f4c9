import {
  type AppsV1Api,
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1ReplicaSet,
  type V1Secret,
} from "@kubernetes/client-node";
import { label } from "./labels.ts";

const merge = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

const revision = "deployment.kubernetes.io/revision";

/**
 * Makes the Deployment, and its newest ReplicaSet, owners of the Secrets that they mount. Pulumi leaves replaced Secrets alone
 * (`retainOnDelete`), and Kubernetes collects each when its last owner is gone. The Deployment owns what it names now, since
 * a restart makes ReplicaSets that nobody tells us of; a ReplicaSet owns what it names as long as it can be gone back to.
 */
export async function tieSecrets(apps: AppsV1Api, core: CoreV1Api, deployment: V1Deployment): Promise<void> {
  const namespace = deployment.metadata?.namespace ?? "";
  const newest = deployment.metadata?.annotations?.[revision];
  const sets = await ownReplicaSets(apps, deployment);
  for (const set of sets.filter(({ metadata }) => metadata?.annotations?.[revision] === newest)) {
    const body = { metadata: { ownerReferences: [ownerOf("Deployment", deployment), ownerOf("ReplicaSet", set)] } };
    await Promise.all(mountedSecrets(set).map((name) => core.patchNamespacedSecret({ namespace, name, body }, merge)));
  }
}

/** Ends the Deployment's ownership of Secrets that it names no more; its ReplicaSets' stays. To be done once a rollout is complete. */
export async function releaseSecrets(core: CoreV1Api, deployment: V1Deployment): Promise<void> {
  const namespace = deployment.metadata?.namespace ?? "";
  const uid = deployment.metadata?.uid;
  const named = new Set(mountedSecrets(deployment));
  const former = (await bindingSecrets(core, deployment))
    .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid))
    .map(({ metadata }) => metadata?.name ?? "")
    .filter((name) => !named.has(name));
  const body = { metadata: { ownerReferences: [{ $patch: "delete", uid }] } };
  await Promise.all(former.map((name) => core.patchNamespacedSecret({ namespace, name, body }, merge)));
}

/**
 * Deletes Secrets that an update made for a binding and no ReplicaSet ever mounted: it failed, or was killed, before. Only
 * such as share the name of a mounted one up to its random end: a binding made by hand may serve something else.
 */
export async function dropUnusedSecrets(apps: AppsV1Api, core: CoreV1Api, deployment: V1Deployment): Promise<void> {
  const namespace = deployment.metadata?.namespace ?? "";
  const mounted = new Set((await ownReplicaSets(apps, deployment)).flatMap(mountedSecrets));
  const stems = new Set([...mounted].map(stemOf));
  const unused = (await bindingSecrets(core, deployment))
    .filter(({ metadata }) => metadata?.ownerReferences === undefined)
    .map(({ metadata }) => metadata?.name ?? "")
    .filter((name) => !mounted.has(name) && stems.has(stemOf(name)));
  await Promise.all(unused.map((name) => core.deleteNamespacedSecret({ namespace, name })));
}

async function bindingSecrets(core: CoreV1Api, { metadata }: V1Deployment): Promise<V1Secret[]> {
  const labelSelector = `${label.plugin}=${metadata?.name ?? ""},${label.binding}`;
  const { items } = await core.listNamespacedSecret({ namespace: metadata?.namespace ?? "", labelSelector });
  return items;
}

function ownerOf(kind: string, { metadata }: V1Deployment | V1ReplicaSet) {
  return { apiVersion: "apps/v1", kind, name: metadata?.name, uid: metadata?.uid };
}

async function ownReplicaSets(apps: AppsV1Api, { metadata, spec }: V1Deployment): Promise<V1ReplicaSet[]> {
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await apps.listNamespacedReplicaSet({ namespace: metadata?.namespace ?? "", labelSelector });
  return items.filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
}

function mountedSecrets({ spec }: V1Deployment | V1ReplicaSet): string[] {
  return (spec?.template?.spec?.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
}

/** A name without the random end that Pulumi gives it. */
function stemOf(name: string): string {
  return name.replace(/-[0-9a-f]{8}$/, "");
}
