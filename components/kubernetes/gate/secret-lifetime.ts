import {
  type AppsV1Api,
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1ReplicaSet,
  type V1Secret,
} from "@kubernetes/client-node";
import { label } from "../labels.ts";
import { ownReplicaSets, traits, type WorkloadKind, type WorkloadObject } from "./workload.ts";

const merge = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

/**
 * Makes the workload, and its newest ReplicaSet, owners of the Secrets that they mount. Pulumi leaves replaced Secrets alone
 * (`retainOnDelete`), and Kubernetes collects each when its last owner is gone. The workload owns what it names now, since
 * a restart makes ReplicaSets that nobody tells us of; a ReplicaSet owns what it names as long as it can be gone back to.
 */
export async function tieSecrets(
  apps: AppsV1Api,
  core: CoreV1Api,
  kind: WorkloadKind,
  workload: WorkloadObject,
): Promise<void> {
  const { apiVersion, revision } = traits[kind];
  const namespace = workload.metadata?.namespace ?? "";
  const newest = workload.metadata?.annotations?.[revision];
  const sets = await ownReplicaSets(apps, workload);
  for (const set of sets.filter(({ metadata }) => metadata?.annotations?.[revision] === newest)) {
    const body = {
      metadata: { ownerReferences: [ownerOf(apiVersion, kind, workload), ownerOf("apps/v1", "ReplicaSet", set)] },
    };
    await Promise.all(mountedSecrets(set).map((name) => core.patchNamespacedSecret({ namespace, name, body }, merge)));
  }
}

/** Ends the workload's ownership of Secrets that it names no more; its ReplicaSets' stays. To be done once a rollout is complete. */
export async function releaseSecrets(core: CoreV1Api, workload: WorkloadObject): Promise<void> {
  const namespace = workload.metadata?.namespace ?? "";
  const uid = workload.metadata?.uid;
  const named = new Set(mountedSecrets(workload));
  const former = (await bindingSecrets(core, workload))
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
export async function dropUnusedSecrets(apps: AppsV1Api, core: CoreV1Api, workload: WorkloadObject): Promise<void> {
  const namespace = workload.metadata?.namespace ?? "";
  const mounted = new Set((await ownReplicaSets(apps, workload)).flatMap(mountedSecrets));
  const stems = new Set([...mounted].map(stemOf));
  const unused = (await bindingSecrets(core, workload))
    .filter(({ metadata }) => metadata?.ownerReferences === undefined)
    .map(({ metadata }) => metadata?.name ?? "")
    .filter((name) => !mounted.has(name) && stems.has(stemOf(name)));
  await Promise.all(unused.map((name) => core.deleteNamespacedSecret({ namespace, name })));
}

async function bindingSecrets(core: CoreV1Api, { metadata }: WorkloadObject): Promise<V1Secret[]> {
  const labelSelector = `${label.plugin}=${metadata?.name ?? ""},${label.binding}`;
  const { items } = await core.listNamespacedSecret({ namespace: metadata?.namespace ?? "", labelSelector });
  return items;
}

function ownerOf(apiVersion: string, kind: string, { metadata }: WorkloadObject | V1ReplicaSet) {
  return { apiVersion, kind, name: metadata?.name, uid: metadata?.uid };
}

function mountedSecrets({ spec }: WorkloadObject | V1ReplicaSet): string[] {
  return (spec?.template?.spec?.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
}

/** A name without the random end that Pulumi gives it. */
function stemOf(name: string): string {
  return name.replace(/-[0-9a-f]{8}$/, "");
}
