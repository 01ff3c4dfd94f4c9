import type { types } from "@pulumi/kubernetes";
import type { ResolvedEnvironment, ResolvedPlugin } from "../../model/index.ts";
import { namespaceSelector, ownMetadata, podSelector, servingPods } from "./labels.ts";

type Policy = types.input.networking.v1.NetworkPolicy;
type PolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** Who may call a plugin: its host, the broker where it acts on events, Prometheus where it has metrics, its own tasks and verification. */
export function ingressArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Policy {
  const { host, events, monitoring } = environment;
  const { release } = plugin;
  const namespaces = [
    host.namespace,
    host.gateway?.namespace,
    release.triggers.length > 0 ? events?.namespace : undefined,
    release.http.metrics !== undefined && (monitoring.prometheus || monitoring.datadog)
      ? monitoring.namespace
      : undefined,
  ].filter((namespace) => namespace !== undefined);
  const from = [...new Set(namespaces)].map((namespace) => ({ namespaceSelector: namespaceSelector(namespace) }));
  return {
    metadata: ownMetadata(environment, plugin, `${plugin.name}-ingress`),
    spec: {
      podSelector: servingPods(plugin.name),
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [...from, { podSelector: podSelector(plugin.name) }],
          ports: [{ protocol: "TCP", port: release.http.port }],
        },
      ],
    },
  };
}

function egress(
  environment: ResolvedEnvironment,
  plugin: ResolvedPlugin,
  role: string,
  spec: Pick<PolicySpec, "podSelector" | "egress">,
): Policy {
  return {
    metadata: ownMetadata(environment, plugin, `${plugin.name}-${role}`),
    spec: { ...spec, policyTypes: ["Egress"] },
  };
}

/** Lets a plugin's own pods call it: the verification, and tasks that come after it. */
export function selfArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Policy {
  const ports = [{ protocol: "TCP", port: plugin.release.http.port }];
  return egress(environment, plugin, "self", {
    podSelector: podSelector(plugin.name),
    egress: [{ to: [{ podSelector: servingPods(plugin.name) }], ports }],
  });
}

/** Lets a plugin that emits events send them to the broker. */
export function emitArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Policy | undefined {
  const { events } = environment;
  if (events === undefined || plugin.release.emits.length === 0) return undefined;
  return egress(environment, plugin, "emit", {
    podSelector: podSelector(plugin.name),
    egress: [{ to: [{ namespaceSelector: namespaceSelector(events.namespace) }] }],
  });
}
