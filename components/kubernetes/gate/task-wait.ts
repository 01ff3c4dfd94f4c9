import { setTimeout as delay } from "node:timers/promises";
import { BatchV1Api, type V1Job } from "@kubernetes/client-node";
import { label } from "../labels.ts";
import { type Connection, kubeConfig } from "./connection.ts";
import { patiently } from "./patience.ts";

/** A task of a plugin, as its Job's labels name it. */
export interface TaskIdentity {
  readonly namespace: string;
  readonly plugin: string;
  readonly task: string;
}

/** Pause between looks, in milliseconds. Seldom needed, and then for minutes: a watch would be no better. */
const pause = 1000;

/**
 * Waits until no Job of a task runs any more: an update that was killed may have left one, and two migrations at once are
 * worse than a wait. Each Job has a deadline of its own, so this ends too.
 */
export async function waitForEarlierTasks(
  connection: Connection,
  { namespace, plugin, task }: TaskIdentity,
  report: (line: string) => void,
): Promise<void> {
  const batch = kubeConfig(connection).makeApiClient(BatchV1Api);
  const labelSelector = `${label.plugin}=${plugin},${label.task}=${task}`;
  for (let told = false; ; told = true) {
    const { items } = await patiently(`Jobs of ${namespace}/${plugin}`, () =>
      batch.listNamespacedJob({ namespace, labelSelector }),
    );
    const running = items.find((job) => !hasEnded(job));
    if (running === undefined) return;
    if (!told) report(`${plugin}: task ${task} of an earlier update still runs (${String(running.metadata?.name)})`);
    await delay(pause);
  }
}

function hasEnded({ status }: V1Job): boolean {
  const ends = ["Complete", "Failed"];
  return status?.conditions?.some((condition) => condition.status === "True" && ends.includes(condition.type)) ?? false;
}
