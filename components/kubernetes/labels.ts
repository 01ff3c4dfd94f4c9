import type { ResolvedEnvironment, ResolvedPlugin } from "../../model/index.ts";

/**
 * What a pod of a plugin does. A candidate is a pod of a canary's new release that is verified before there is any traffic for
 * it; `services` waits for the systems that the plugin is bound to. Services select workloads only; network policies hold for all of a plugin's pods.
 */
export type PodRole = "workload" | "candidate" | "services" | "task" | "verification";

/** Roles of pods that answer requests. */
export const servingRoles: readonly PodRole[] = ["workload", "candidate"];

/** Labels that say whose an object is. */
export const label = {
  plugin: "patchbay.dev/plugin",
  role: "patchbay.dev/role",
  binding: "patchbay.dev/binding",
  task: "patchbay.dev/task",
  environment: "patchbay.dev/environment",
  registry: "patchbay.dev/registry",
} as const;

export const annotation = {
  digest: "patchbay.dev/digest",
  workload: "patchbay.dev/workload",
  workloadKind: "patchbay.dev/workload-kind",
  workloadGeneration: "patchbay.dev/workload-generation",
  restartLimit: "patchbay.dev/restart-limit",
} as const;

/** Recommended labels of Kubernetes ("Recommended Labels"), with ours. */
export function pluginLabels({ name, version, release }: ResolvedPlugin): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    // A label allows no "+", which begins the build metadata of a version.
    "app.kubernetes.io/version": version.replaceAll("+", "_").slice(0, 63),
    "app.kubernetes.io/part-of": release.host.name,
    ...ownLabels(name),
  };
}

/** Labels of an object that belongs to a plugin and does not change with its releases. */
export function ownLabels(plugin: string): Record<string, string> {
  return { "app.kubernetes.io/managed-by": "patchbay", [label.plugin]: plugin };
}

/** Metadata of an object of a plugin's own, named after the plugin unless it says otherwise. */
export function ownMetadata(
  { target }: Pick<ResolvedEnvironment, "target">,
  plugin: Pick<ResolvedPlugin, "name">,
  name = plugin.name,
) {
  return { name, namespace: target.namespace, labels: ownLabels(plugin.name) };
}

/** Selects a plugin's pods: all of them, or those of a role. */
export function podSelector(plugin: string, role?: PodRole): { matchLabels: Record<string, string> } {
  return { matchLabels: { [label.plugin]: plugin, ...(role && { [label.role]: role }) } };
}

/** Selects a plugin's pods that answer requests, whether there is traffic for them or not. */
export function servingPods(plugin: string) {
  return {
    matchLabels: { [label.plugin]: plugin },
    matchExpressions: [{ key: label.role, operator: "In", values: [...servingRoles] }],
  };
}

/** Selects a namespace by its name (the label that Kubernetes sets itself). */
export function namespaceSelector(namespace: string): { matchLabels: Record<string, string> } {
  return { matchLabels: { "kubernetes.io/metadata.name": namespace } };
}
