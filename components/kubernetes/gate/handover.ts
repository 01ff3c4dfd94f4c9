import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { PatchbayError } from "../../../model/index.ts";
import { type Named, orphanRollout, rolloutExists } from "./workload.ts";

/** The label by which Argo Rollouts narrows a Service down to the pods that it means. */
const hashKey = "rollouts-pod-template-hash";

/** Pause between looks, in milliseconds: what is waited for takes one or two of them. */
const pause = 200;

/** Longest time that the controllers may take, in milliseconds. */
const longest = 120_000;

/**
 * Where a plugin goes from a Rollout to a Deployment: hands the traffic over before anything is verified. As long as the Rollout
 * is there, its controller holds the plugin's Service on the old pods; were it deleted with its pods, the Service would be empty
 * for a moment. So the Rollout goes and leaves its pods: the controller then frees the Service, and the Deployment, whose
 * selector fits, adopts the old ReplicaSets and scales them down.
 *
 * The other way round there is nothing to do: a Service selects the pods of both until the engine deletes the Deployment.
 */
export async function takeOver(config: KubeConfig, at: Named): Promise<void> {
  if (!(await rolloutExists(config, at))) return;
  await orphanRollout(config, at);
  const core = config.makeApiClient(CoreV1Api);
  await until(`Service ${at.namespace}/${at.name}`, "a selector without the hash of a Rollout's pods", async () => {
    const { spec } = await core.readNamespacedService(at);
    return spec?.selector?.[hashKey] === undefined;
  });
  const apps = config.makeApiClient(AppsV1Api);
  await until(`Deployment ${at.namespace}/${at.name}`, "no pod of the Rollout that was there before", async () => {
    const { status } = await apps.readNamespacedDeployment(at);
    return (status?.replicas ?? 0) <= (status?.updatedReplicas ?? 0);
  });
}

async function until(subject: string, expected: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + longest;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw notTakenOver(subject, expected);
    await delay(pause);
  }
}

function notTakenOver(file: string, expected: string): PatchbayError {
  return new PatchbayError([
    {
      code: "rollout-failed",
      file,
      path: "",
      found: `none after ${String(longest / 1000)} s`,
      expected,
      remedy: "see that the controllers of Argo Rollouts and of Deployments run, then run pulumi up again",
    },
  ]);
}
