import { setTimeout as delay } from "node:timers/promises";
import { ApiException, type CoreV1Api, type V1Namespace } from "@kubernetes/client-node";
import { ToolchainError } from "../../toolchain/index.ts";
import { ownLabels } from "./manifests.ts";

const POLL_MILLISECONDS = 250;
const SECONDS_TO_GO = 60;

/**
 * Sees that a namespace can be used: that it is ours, or not there. One that is just being removed is waited for.
 *
 * @throws ToolchainError `namespace-taken` or `namespace-stays`
 */
export async function claimNamespace(core: CoreV1Api, name: string): Promise<void> {
  const existing = await namespace(core, name);
  if (existing === undefined) return;
  if (existing.metadata?.deletionTimestamp !== undefined) {
    await untilGone(core, name);
    return;
  }
  const labels = existing.metadata?.labels ?? {};
  if (Object.entries(ownLabels).every(([key, value]) => labels[key] === value)) return;
  throw new ToolchainError({
    code: "namespace-taken",
    problem: "The shop's systems cannot be started",
    found: `a namespace ${name} that somebody else created`,
    expected: "none, or one that an earlier start created",
    remedy: `remove it (kubectl delete namespace ${name}), or use a cluster of your own`,
  });
}

/** Removes all namespaces of ours with everything in them, and returns when they have gone. */
export async function removeNamespaces(core: CoreV1Api): Promise<void> {
  const labelSelector = Object.entries(ownLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await core.listNamespace({ labelSelector });
  await Promise.all(
    items.map(async ({ metadata }) => {
      const name = metadata?.name ?? "";
      await ignoreMissing(core.deleteNamespace({ name }));
      await untilGone(core, name);
    }),
  );
}

async function untilGone(core: CoreV1Api, name: string): Promise<void> {
  const deadline = Date.now() + SECONDS_TO_GO * 1000;
  while ((await namespace(core, name)) !== undefined) {
    if (Date.now() > deadline) {
      throw new ToolchainError({
        code: "namespace-stays",
        problem: `The namespace ${name} is not removed`,
        found: `objects in it are still there after ${SECONDS_TO_GO} s`,
        expected: "them to go within seconds",
        remedy: `see kubectl get all --namespace ${name}`,
      });
    }
    await delay(POLL_MILLISECONDS);
  }
}

function namespace(core: CoreV1Api, name: string): Promise<V1Namespace | undefined> {
  return ignoreMissing(core.readNamespace({ name }));
}

async function ignoreMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
