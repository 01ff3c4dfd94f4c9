import {
  endpointOf,
  type Objectives,
  type ResolvedBinding,
  type ResolvedEnvironment,
  type ResolvedPlugin,
} from "../../../model/index.ts";
import { serviceUrl } from "../binding.ts";

/** What has objectives and alerts of its own: a plugin, or one of its bindings. */
export interface Subject {
  readonly kind: "Plugin" | "Binding";
  /** For people, such as `payment-gateway 2.4.1 in dev`. */
  readonly title: string;
  /** Labels of the series that are recorded of it, and of its alerts. */
  readonly labels: Readonly<Record<string, string>>;
  readonly objectives: Objectives;
  /** Matchers of all that the plugin exposes, whatever the binding. */
  readonly exposed: string;
  /** The name of the binding; nothing for the plugin itself. */
  readonly binding?: string;
  readonly requests: Requests;
}

/** Where requests are counted: a histogram of their durations in seconds. */
interface Requests {
  readonly histogram: string;
  readonly matchers: string;
  /** Matcher of those that failed. */
  readonly failed: string;
}

/** Matchers of what a plugin exposes: the labels that the ServiceMonitor's target has. */
function exposedBy(environment: ResolvedEnvironment, plugin: ResolvedPlugin): string {
  return `namespace="${environment.target.namespace}",service="${plugin.name}"`;
}

/** Matchers of what the plugin says of a subject itself. */
export function matchersOf({ exposed, binding }: Subject): string {
  return binding === undefined ? exposed : `${exposed},binding="${binding}"`;
}

/** Matchers of what is recorded of a subject. */
export function recordedOf({ labels, binding }: Subject): string {
  const { namespace = "", plugin = "" } = labels;
  // The plugin's own series have no such label, which is what matching the empty text means.
  return `{namespace="${namespace}",plugin="${plugin}",binding="${binding ?? ""}"}`;
}

export function pluginSubject(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Subject {
  const exposed = exposedBy(environment, plugin);
  return {
    kind: "Plugin",
    title: `${plugin.name} ${plugin.version} in ${environment.name}`,
    labels: labelsOf(environment, plugin),
    objectives: plugin.release.slo,
    exposed,
    // OpenTelemetry's semantic conventions for HTTP metrics (1.23.0, stable), as Prometheus names them.
    requests: {
      histogram: "http_server_request_duration_seconds",
      matchers: exposed,
      failed: 'http_response_status_code=~"5.."',
    },
  };
}

export function bindingSubjects(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Subject[] {
  const exposed = exposedBy(environment, plugin);
  return plugin.bindings.map((binding) => ({
    kind: "Binding",
    title: `${binding.name} of ${plugin.name} ${plugin.version} in ${environment.name}`,
    labels: { ...labelsOf(environment, plugin), binding: binding.name },
    objectives: plugin.release.slo.bindings[binding.name] ?? {},
    exposed,
    binding: binding.name,
    requests: callsTo(binding, environment, exposed),
  }));
}

/**
 * Calls of a plugin to what it is bound to. Instrumentation knows an address and no binding, so the address tells them apart:
 * every call has a `server.address`, and every HTTP call a `server.port`.
 */
function callsTo(binding: ResolvedBinding, environment: ResolvedEnvironment, exposed: string): Requests {
  if (binding.kind === "plugin") return httpCalls(serviceUrl(binding.name, environment.target.namespace), exposed);
  const { service } = binding;
  if (service.type === "http") return httpCalls(service.url, exposed);
  return {
    // OpenTelemetry's semantic conventions for database metrics (1.33.0, stable).
    histogram: "db_client_operation_duration_seconds",
    matchers: `${exposed},server_address="${service.host}"`,
    failed: 'error_type!=""',
  };
}

function httpCalls(url: string, exposed: string): Requests {
  const { host, port } = endpointOf(url);
  return {
    histogram: "http_client_request_duration_seconds",
    matchers: `${exposed},server_address="${host}",server_port="${String(port)}"`,
    // A call without an answer has no status.
    failed: 'http_response_status_code=~"5..|"',
  };
}

function labelsOf(environment: ResolvedEnvironment, plugin: ResolvedPlugin): Record<string, string> {
  return { namespace: environment.target.namespace, environment: environment.name, plugin: plugin.name };
}
