import type { types } from "@pulumi/kubernetes";
import type { ResolvedEnvironment } from "../../model/index.ts";
import { label, namespaceSelector } from "./labels.ts";

const labels = { "app.kubernetes.io/managed-by": "patchbay" };

/** Name of the ConfigMap that the host mounts or watches: one key a plugin. */
export const registryName = "patchbay-registry";

/** Namespace that takes only pods of Pod Security Standard "restricted". */
export function namespaceArgs(environment: ResolvedEnvironment): types.input.core.v1.Namespace {
  return {
    metadata: {
      name: environment.target.namespace,
      labels: {
        ...labels,
        [label.environment]: environment.name,
        "patchbay.dev/stage": environment.stage,
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    },
  };
}

export function quotaArgs({ target, quota }: ResolvedEnvironment): types.input.core.v1.ResourceQuota {
  return {
    metadata: { name: "environment", namespace: target.namespace, labels },
    spec: { hard: { "requests.cpu": quota.cpu, "requests.memory": quota.memory, pods: String(quota.pods) } },
  };
}

/** Closes the namespace: what is not opened by a plugin or a binding does not pass, in or out. */
export function denyArgs({ target }: ResolvedEnvironment): types.input.networking.v1.NetworkPolicy {
  return {
    metadata: { name: "deny-all", namespace: target.namespace, labels },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

/** Names must resolve for anything else to work. */
export function dnsArgs({ target }: ResolvedEnvironment): types.input.networking.v1.NetworkPolicy {
  return {
    metadata: { name: "allow-dns", namespace: target.namespace, labels },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: namespaceSelector(target.dns.namespace) }],
          ports: [
            { protocol: "UDP", port: target.dns.port },
            { protocol: "TCP", port: target.dns.port },
          ],
        },
      ],
    },
  };
}

/** The empty registry; each plugin adds its own key once it is verified. */
export function registryArgs({ target, host }: ResolvedEnvironment): types.input.core.v1.ConfigMap {
  return {
    metadata: { name: registryName, namespace: target.namespace, labels: { ...labels, [label.registry]: host.name } },
  };
}
