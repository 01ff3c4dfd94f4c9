import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { label } from "../labels.ts";
import { isReady } from "./pods.ts";

/** Lines of a container's log that are shown. */
const tailLines = 20;

/** Pods whose logs are shown, one for each way of failing at most. */
const shownPods = 2;

/** Events that are shown, the newest ones. */
const shownEvents = 8;

/** Shortest value that is struck out: shorter ones would strike out half of every line. */
const shortestSecret = 6;

/**
 * What the cluster knows of a failure: events of the pods, and the last lines of their logs. What stands in the plugin's
 * binding Secrets is struck out, for a plugin may have logged it. Whatever cannot be had is left out: it must not hide the failure.
 */
export async function evidenceOf(core: CoreV1Api, plugin: string, pods: readonly V1Pod[]): Promise<string[]> {
  const failing = pods.filter((pod) => !isReady(pod));
  const namespace = failing[0]?.metadata?.namespace;
  if (namespace === undefined) return [];
  const [events, ...logs] = await Promise.all([
    eventLines(core, namespace, new Set(failing.map(({ metadata }) => metadata?.name ?? ""))),
    ...failing.slice(0, shownPods).map((pod) => podLogs(core, pod)),
  ]);
  return withoutSecrets(core, { namespace, plugin }, [...events, ...logs.flat()]);
}

async function eventLines(core: CoreV1Api, namespace: string, pods: ReadonlySet<string>): Promise<string[]> {
  const fieldSelector = "involvedObject.kind=Pod,type=Warning";
  const { items } = await core.listNamespacedEvent({ namespace, fieldSelector }).catch(() => ({ items: [] }));
  const lines = items
    .filter(({ involvedObject }) => pods.has(involvedObject.name ?? ""))
    .map(({ reason = "", message = "", count = 1 }) => {
      const times = count > 1 ? ` (${String(count)} times)` : "";
      return `event ${reason}${times}: ${message}`;
    });
  return [...new Set(lines)].slice(-shownEvents);
}

async function podLogs(core: CoreV1Api, pod: V1Pod): Promise<string[]> {
  const name = pod.metadata?.name ?? "";
  const namespace = pod.metadata?.namespace ?? "";
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const failing = statuses.filter(({ state, ready }) => !ready && state?.terminated?.exitCode !== 0);
  const logs = await Promise.all(
    failing.map(async ({ name: container, state, restartCount }) => {
      // A container that waits for its next start has said everything in the run before.
      const previous = state?.waiting !== undefined && restartCount > 0;
      const at = { namespace, name, container, tailLines };
      const text = await core
        .readNamespacedPodLog({ ...at, previous })
        .catch(() => core.readNamespacedPodLog(at))
        .catch(() => "");
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      return lines.length === 0 ? [] : [`log of ${name}, container ${container}:`, ...lines.map((line) => `  ${line}`)];
    }),
  );
  return logs.flat();
}

/** Lines in which the values of a plugin's binding Secrets are struck out; none of them where those cannot be read. */
export async function withoutSecrets(
  core: CoreV1Api,
  of: { readonly namespace: string; readonly plugin: string },
  lines: readonly string[],
): Promise<string[]> {
  if (lines.length === 0) return [];
  const secrets = await secretValues(core, of).catch(() => undefined);
  if (secrets === undefined) return ["events and logs are left out: the Secrets to strike out of them cannot be read"];
  return lines.map((line) => secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), line));
}

/** Values in the plugin's binding Secrets, plain and as a URL holds them, the longest first, since one may contain another. */
async function secretValues(core: CoreV1Api, { namespace, plugin }: { namespace: string; plugin: string }) {
  const labelSelector = `${label.plugin}=${plugin},${label.binding}`;
  const { items } = await core.listNamespacedSecret({ namespace, labelSelector });
  const values = items.flatMap(({ data = {} }) =>
    Object.entries(data)
      .map(([entry, value]) => ({ entry, value: Buffer.from(value, "base64").toString() }))
      .filter(({ entry, value }) => secretEntries.has(entry) || (entry === "uri" && value.includes("@")))
      .flatMap(({ value }) => [value, encodeURIComponent(value)]),
  );
  return [...new Set(values)].filter(({ length }) => length >= shortestSecret).sort((a, b) => b.length - a.length);
}

/** Entries of a binding (Service Binding spec 1.1.0, and ours) that nobody may read; the others help to find the fault. */
const secretEntries: ReadonlySet<string> = new Set([
  "password",
  "client-secret",
  "api-key",
  "token",
  "signing-key",
  "private-key",
]);

/** Last lines of a Job's pods. */
export async function jobLogs(core: CoreV1Api, namespace: string, job: string): Promise<string[]> {
  const labelSelector = `batch.kubernetes.io/job-name=${job}`;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector }).catch(() => ({ items: [] }));
  return (await Promise.all(items.slice(0, shownPods).map((pod) => podLogs(core, pod)))).flat();
}
