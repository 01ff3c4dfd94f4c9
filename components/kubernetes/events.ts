import { createHash } from "node:crypto";
import type { ResolvedEnvironment, ResolvedPlugin, Trigger } from "../../model/index.ts";
import { ownMetadata } from "./labels.ts";

/** Arguments of a custom resource, whose type the provider does not know. */
export interface ObjectArgs {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown>;
}

type WithEvents = Pick<ResolvedEnvironment, "target" | "events">;

/** Where the environment's events are sent to; nothing where it has no broker. */
export function brokerAddress({ target, events }: WithEvents): string | undefined {
  return events && `${events.address}/${target.namespace}/${events.broker}`;
}

/** Sink of events that no try could deliver. */
function deadLetter({ target, events }: WithEvents): Record<string, unknown> {
  if (events?.deadLetter === undefined) return {};
  const { service, namespace = target.namespace } = events.deadLetter;
  return { deadLetterSink: { ref: { apiVersion: "v1", kind: "Service", name: service, namespace } } };
}

/** Broker of Knative Eventing (`eventing.knative.dev/v1`); nothing where the environment has no events. */
export function brokerArgs(environment: WithEvents): ObjectArgs | undefined {
  const { target, events } = environment;
  if (events === undefined) return undefined;
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: {
      name: events.broker,
      namespace: target.namespace,
      labels: { "app.kubernetes.io/managed-by": "patchbay" },
      annotations: { "eventing.knative.dev/broker.class": events.class },
    },
    spec: { delivery: deadLetter(environment) },
  };
}

/** Name of a trigger: stable while others come and go, since it depends on nothing but what it joins. */
export function triggerName(plugin: string, { event, path, filter }: Trigger): string {
  const identity = createHash("sha256")
    .update(JSON.stringify([event, path, Object.entries(filter).sort()]))
    .digest("hex");
  return `${plugin}-${identity.slice(0, 8)}`;
}

/** Trigger of Knative Eventing: events of a type, POSTed to a path of the plugin (CloudEvents 1.0 HTTP, binary mode). */
export function triggerArgs(environment: WithEvents, plugin: ResolvedPlugin, trigger: Trigger): ObjectArgs {
  const { target, events } = environment;
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: ownMetadata(environment, plugin, triggerName(plugin.name, trigger)),
    spec: {
      broker: events?.broker ?? "default",
      filter: { attributes: { ...trigger.filter, type: trigger.event } },
      subscriber: {
        ref: { apiVersion: "v1", kind: "Service", name: plugin.name, namespace: target.namespace },
        uri: trigger.path,
      },
      delivery: {
        retry: trigger.retries,
        backoffPolicy: "exponential",
        backoffDelay: "PT1S",
        ...deadLetter(environment),
      },
    },
  };
}
