import { BatchV1Api, CoreV1Api } from "@kubernetes/client-node";
import { label } from "../labels.ts";
import { type Connection, kubeConfig } from "./connection.ts";
import { jobLogs, withoutSecrets } from "./evidence.ts";

export interface FailedJob {
  readonly namespace: string;
  readonly plugin: string;
  /** What the engine begins the Job's name with. */
  readonly prefix: string;
}

/** Last lines of the newest Job of a plugin that the engine made for a resource, without the plugin's secrets. */
export async function failedJobLogs(
  connection: Connection,
  { namespace, plugin, prefix }: FailedJob,
): Promise<string[]> {
  const config = kubeConfig(connection);
  const core = config.makeApiClient(CoreV1Api);
  // The names of another plugin's Jobs may begin alike, and its secrets are not the ones that are struck out.
  const labelSelector = `${label.plugin}=${plugin}`;
  const { items } = await config.makeApiClient(BatchV1Api).listNamespacedJob({ namespace, labelSelector });
  const newest = items
    .filter(({ metadata }) => metadata?.name?.startsWith(`${prefix}-`))
    .sort((a, b) => createdAt(b.metadata) - createdAt(a.metadata))[0];
  if (newest === undefined) return [];
  const lines = await jobLogs(core, namespace, newest.metadata?.name ?? "");
  return withoutSecrets(core, { namespace, plugin }, lines);
}

function createdAt(metadata: { readonly creationTimestamp?: Date } | undefined): number {
  return metadata?.creationTimestamp?.getTime() ?? 0;
}
