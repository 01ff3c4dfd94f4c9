import { isIP } from "node:net";
import type { Network, Service } from "./schema/service.ts";

/** Something that a plugin may send to. Absent ports mean all of them. */
export type Peer =
  | {
      readonly kind: "pods";
      readonly namespace: string;
      readonly podSelector?: Readonly<Record<string, string>>;
      readonly port?: number;
    }
  | { readonly kind: "addresses"; readonly cidrs: readonly string[]; readonly port: number }
  | { readonly kind: "internet"; readonly port: number };

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where a plugin bound to the service has to send: the service itself, and its token endpoint if it has one. */
export function peersOf(service: Service, ownNamespace: string): readonly Peer[] {
  if (service.type !== "http") return [peer({ host: service.host, port: service.port }, service.network, ownNamespace)];
  const own = peer(endpointOf(service.url), service.network, ownNamespace);
  if (service.auth.type !== "oauth2") return [own];
  const issuer = peer(endpointOf(service.auth.tokenUrl), service.auth.network, ownNamespace);
  return JSON.stringify(own) === JSON.stringify(issuer) ? [own] : [own, issuer];
}

/** Host and port of a URL; the scheme's port, if it names none. */
export function endpointOf(url: string): Endpoint {
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}

function peer({ host, port }: Endpoint, declared: Network | undefined, ownNamespace: string): Peer {
  if (declared?.cidrs !== undefined) return { kind: "addresses", cidrs: declared.cidrs, port: declared.port ?? port };
  if (declared?.namespace !== undefined) {
    const { namespace, podSelector } = declared;
    return { kind: "pods", namespace, port: declared.port ?? port, ...(podSelector && { podSelector }) };
  }
  if (isIP(host) !== 0) return { kind: "addresses", cidrs: [`${host}/${isIP(host) === 4 ? "32" : "128"}`], port };
  const namespace = clusterNamespace(host, ownNamespace);
  // A Service may map its port to another one of its pods, and the policy sees the pods': so no port unless declared.
  return namespace === undefined ? { kind: "internet", port } : { kind: "pods", namespace };
}

/**
 * The namespace that a cluster-internal name points into: `name`, `name.namespace.svc` or `name.namespace.svc.<domain>`, a
 * pod's own name (`pod.name.namespace.svc`) included. Two labels alone may be a name of the Internet, and count as one.
 */
function clusterNamespace(host: string, ownNamespace: string): string | undefined {
  const labels = host.split(".");
  if (labels.length === 1) return ownNamespace;
  const service = labels.indexOf("svc");
  return service >= 2 ? labels[service - 1] : undefined;
}
