import * as pulumi from "@pulumi/pulumi";
import { PatchbayError } from "../../model/index.ts";
import type { RolloutGate } from "../target.ts";
import { annotation } from "./labels.ts";

export interface Cluster {
  /** Contents of a kubeconfig, or its path; the ambient one, if absent. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** The kubeconfig's current context, if absent. */
  readonly context?: string;
}

/** The Deployment and generation that a verification proves, as the Job's annotations name them. */
interface Awaited {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
}

/**
 * Waits for a rollout before the Job that verifies it is created. A hook before the creation of a resource fails that
 * resource, so that the next update tries again; an error in a hook after an update would be forgotten.
 */
export function rolloutGate(name: string, cluster: Cluster): RolloutGate {
  const hook = new pulumi.ResourceHook(`${name}-rollout`, async ({ newInputs }) => {
    const awaited = awaitedBy(newInputs);
    // Loaded here, since an update that changes no workload, and every preview, does without the client.
    const { waitForRollout } = await import("./rollout-wait.ts");
    const kubeconfig = await promised(cluster.kubeconfig);
    await waitForRollout(
      { kubeconfig, context: cluster.context },
      awaited,
      (line) => void pulumi.log.info(line, undefined, undefined, true),
    );
  });
  return { verificationOptions: { hooks: { beforeCreate: [hook] } } };
}

function awaitedBy(inputs: unknown): Awaited {
  const metadata = (inputs as { metadata?: { namespace?: string; annotations?: Record<string, string> } } | undefined)
    ?.metadata;
  const name = metadata?.annotations?.[annotation.workload];
  const generation = Number(metadata?.annotations?.[annotation.workloadGeneration]);
  if (metadata?.namespace === undefined || name === undefined || !Number.isInteger(generation)) {
    throw new PatchbayError([
      {
        code: "rollout-failed",
        file: "verification",
        path: "metadata.annotations",
        found: "no workload to wait for",
        expected: `the annotations ${annotation.workload} and ${annotation.workloadGeneration}`,
        remedy: "remove whatever transforms the metadata of Patchbay's Jobs",
      },
    ]);
  }
  return { namespace: metadata.namespace, name, generation };
}

function promised<T>(input: pulumi.Input<T> | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    pulumi.output(input).apply((value) => {
      resolve(value as T | undefined);
    });
  });
}
