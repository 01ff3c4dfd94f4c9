import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Peer, PluginBinding, ResolvedBinding, ServiceBinding } from "../../model/index.ts";
import type { Credentials } from "../target.ts";
import { label, namespaceSelector, ownLabels, podSelector } from "./labels.ts";

/** Where bindings are mounted (Service Binding spec 1.1.0, `SERVICE_BINDING_ROOT`). */
export const bindingRoot = "/bindings";

/** Address of a Service inside the cluster, whose port is 80; a plugin's own has the plugin's name. */
export function serviceUrl(service: string, namespace: string): string {
  return `http://${serviceHost(service, namespace)}`;
}

/** Host name of a Service inside the cluster. */
export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}

/**
 * Secret of a binding, of type `servicebinding.io/<type>` (Service Binding spec 1.1.0, "Well-known Secret Entries"; ours
 * besides: `api-key header token signing-key` and, for OAuth, `client-id client-secret scopes token-uri`). Immutable:
 * a change makes a new one, so that running pods never see values that no rollout has proven.
 */
export function bindingSecret(
  owner: string,
  binding: ResolvedBinding,
  namespace: string,
  credentials: pulumi.Output<Credentials>,
): types.input.core.v1.Secret {
  const type = binding.kind === "plugin" ? "plugin" : binding.service.type;
  return {
    metadata: { namespace, labels: { ...ownLabels(owner), [label.binding]: binding.name } },
    type: `servicebinding.io/${type}`,
    immutable: true,
    stringData: pulumi.secret(credentials.apply((values) => entries(binding, namespace, values))),
  };
}

function entries(binding: ResolvedBinding, namespace: string, credentials: Credentials): Record<string, string> {
  if (binding.kind === "plugin") return pluginEntries(binding, namespace);
  const { certificates } = binding.service;
  const own =
    binding.service.type === "http" ? apiEntries(binding, credentials) : databaseEntries(binding, credentials);
  return { type: binding.service.type, ...own, ...(certificates !== undefined && { certificates }) };
}

function pluginEntries({ name }: PluginBinding, namespace: string): Record<string, string> {
  return {
    type: "plugin",
    provider: "patchbay",
    host: serviceHost(name, namespace),
    port: "80",
    uri: serviceUrl(name, namespace),
  };
}

function databaseEntries({ service }: ServiceBinding, credentials: Credentials): Record<string, string> {
  if (service.type === "http") throw new TypeError("an HTTP API is no database");
  const { username, password } = credentials;
  const user = [username, password].map((part) => encodeURIComponent(part ?? "")).join(":");
  const uri = `${service.type}://${user}@${service.host}:${String(service.port)}${service.database === undefined ? "" : `/${service.database}`}`;
  return {
    host: service.host,
    port: String(service.port),
    uri,
    ...(service.database !== undefined && { database: service.database }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

function apiEntries({ service, scopes }: ServiceBinding, credentials: Credentials): Record<string, string> {
  if (service.type !== "http") throw new TypeError("a database is no HTTP API");
  return { uri: service.url, ...authEntries(service.auth, scopes, credentials) };
}

type Auth = Extract<ServiceBinding["service"], { type: "http" }>["auth"];

function authEntries(auth: Auth, scopes: readonly string[], credentials: Credentials): Record<string, string> {
  const value = (key: string) => credentials[key] ?? "";
  switch (auth.type) {
    case "none":
      return {};
    case "basic":
      return { username: value("username"), password: value("password") };
    case "apiKey":
      return { "api-key": value("key"), header: auth.header };
    case "bearer":
      return { token: value("token") };
    case "webhook":
      return { "signing-key": value("key") };
    case "oauth2":
      return {
        "client-id": value("clientId"),
        "client-secret": value("clientSecret"),
        "token-uri": auth.tokenUrl,
        scopes: scopes.join(" "),
      };
  }
}

type Policy = types.input.networking.v1.NetworkPolicy;

/** Egress from the plugin to just the service it is bound to. */
export function bindingEgress(name: string, owner: string, binding: ResolvedBinding, namespace: string): Policy {
  const rules =
    binding.kind === "plugin"
      ? [
          {
            to: [{ podSelector: podSelector(binding.name, "workload") }],
            ports: [{ protocol: "TCP", port: binding.port }],
          },
        ]
      : binding.peers.map(egressTo);
  return {
    metadata: { name: `${name}-egress`, namespace, labels: { ...ownLabels(owner), [label.binding]: binding.name } },
    spec: { podSelector: podSelector(owner), policyTypes: ["Egress"], egress: rules },
  };
}

/** The other end of a binding to a plugin: the required plugin lets this one in. */
export function bindingIngress(name: string, owner: string, binding: PluginBinding, namespace: string): Policy {
  return {
    metadata: { name: `${name}-ingress`, namespace, labels: { ...ownLabels(owner), [label.binding]: binding.name } },
    spec: {
      podSelector: podSelector(binding.name, "workload"),
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: podSelector(owner) }], ports: [{ protocol: "TCP", port: binding.port }] }],
    },
  };
}

/** Addresses that the public Internet does not have (RFC 1918, 6598, 3927, 4193, 4291; loopback included). */
const privateRanges = {
  v4: ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  v6: ["::1/128", "fc00::/7", "fe80::/10"],
};

function egressTo(peer: Peer): types.input.networking.v1.NetworkPolicyEgressRule {
  switch (peer.kind) {
    case "pods": {
      const selector = peer.podSelector && { podSelector: { matchLabels: { ...peer.podSelector } } };
      const to = [{ namespaceSelector: namespaceSelector(peer.namespace), ...selector }];
      return peer.port === undefined ? { to } : { to, ports: [{ protocol: "TCP", port: peer.port }] };
    }
    case "addresses":
      return { to: peer.cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ protocol: "TCP", port: peer.port }] };
    case "internet":
      return {
        to: [
          { ipBlock: { cidr: "0.0.0.0/0", except: privateRanges.v4 } },
          { ipBlock: { cidr: "::/0", except: privateRanges.v6 } },
        ],
        ports: [{ protocol: "TCP", port: peer.port }],
      };
  }
}
