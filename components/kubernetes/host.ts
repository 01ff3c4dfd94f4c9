import type { core } from "@pulumi/kubernetes";
import type { ResolvedEnvironment, ResolvedPlugin } from "../../model/index.ts";
import { serviceUrl } from "./binding.ts";
import { registryName } from "./environment.ts";
import type { ObjectArgs } from "./events.ts";
import { ownMetadata } from "./labels.ts";

/** HTTPRoute (`gateway.networking.k8s.io/v1`) from the host's gateway; nothing where the plugin has no routes. */
export function routeArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs | undefined {
  const { gateway } = environment.host;
  const { routes } = plugin.release;
  if (gateway === undefined || routes.length === 0) return undefined;
  const { name, namespace, hostname, listener } = gateway;
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: ownMetadata(environment, plugin),
    spec: {
      parentRefs: [
        {
          group: "gateway.networking.k8s.io",
          kind: "Gateway",
          name,
          namespace,
          ...(listener !== undefined && { sectionName: listener }),
        },
      ],
      ...(hostname !== undefined && { hostnames: [hostname] }),
      // One rule for all paths: a route takes 16 rules, but 64 matches in each.
      rules: [
        {
          matches: routes.map(({ path }) => ({ path: { type: "PathPrefix", value: path } })),
          backendRefs: [{ group: "", kind: "Service", name: plugin.name, port: 80, weight: 1 }],
        },
      ],
    },
  };
}

/** What the host learns of a plugin: one key of the environment's registry. Format: docs/reference/registry.md. */
export interface RegistryEntry {
  readonly plugin: string;
  readonly version: string;
  readonly digest: string;
  readonly url: string;
  readonly routes: readonly string[];
  readonly handles: readonly string[];
  readonly emits: readonly string[];
}

export function registryEntry(
  environment: ResolvedEnvironment,
  { name, version, digest, release }: ResolvedPlugin,
): RegistryEntry {
  return {
    plugin: name,
    version,
    digest,
    url: serviceUrl(name, environment.target.namespace),
    routes: release.routes.map(({ path }) => path),
    handles: [...new Set(release.triggers.map(({ event }) => event))],
    emits: [...release.emits],
  };
}

/** The plugin's own key in the registry that all plugins share (server-side apply lets each own its part). */
export function registryPatch(environment: ResolvedEnvironment, plugin: ResolvedPlugin): core.v1.ConfigMapPatchArgs {
  return {
    metadata: { name: registryName, namespace: environment.target.namespace },
    data: { [`${plugin.name}.json`]: JSON.stringify(registryEntry(environment, plugin)) },
  };
}
