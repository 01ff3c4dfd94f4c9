import type { types } from "@pulumi/kubernetes";
import { seconds } from "../../model/index.ts";
import { annotation, ownMetadata, pluginLabels, podSelector } from "./labels.ts";
import { container, type PodContext, podBase, podLabels } from "./pod.ts";

/** The container that is the plugin. */
const workloadContainer = "plugin";

/** Time that a stopping pod still answers, in seconds: until every node has stopped sending to it. */
const drainSeconds = 5;

/** Container of the plugin's image, with its probes. */
function pluginContainer(context: PodContext): types.input.core.v1.Container {
  const { http, image } = context.plugin.release;
  return container(context, {
    name: workloadContainer,
    image,
    ports: [{ name: "http", containerPort: http.port }],
    startupProbe: { httpGet: { path: http.health, port: "http" }, periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { httpGet: { path: http.health, port: "http" }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: http.ready, port: "http" }, periodSeconds: 5 },
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
  });
}

/**
 * Deployment of a plugin. The engine does not wait for it (its own wait goes on for ten minutes after the rollout has
 * failed for certain): the verification does.
 */
export function deploymentArgs(context: PodContext): types.input.apps.v1.Deployment {
  const { environment, plugin } = context;
  const { rolling, deadline } = plugin.rollout;
  return {
    metadata: {
      name: plugin.name,
      namespace: environment.target.namespace,
      labels: pluginLabels(plugin),
      annotations: { "pulumi.com/skipAwait": "true", [annotation.digest]: plugin.digest },
    },
    spec: {
      // No number beside an autoscaler: the field is its own to write.
      ...(plugin.scale.kind === "fixed" && { replicas: plugin.scale.replicas }),
      progressDeadlineSeconds: Math.max(1, Math.ceil(seconds(deadline))),
      revisionHistoryLimit: 5,
      selector: podSelector(plugin.name, "workload"),
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: rolling.maxSurge, maxUnavailable: rolling.maxUnavailable },
      },
      template: {
        metadata: {
          labels: { ...pluginLabels(plugin), ...podLabels(plugin.name, "workload") },
          annotations: { [annotation.digest]: plugin.digest, ...datadogAnnotations(context) },
        },
        spec: {
          ...podBase(context),
          containers: [pluginContainer(context)],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: podSelector(plugin.name, "workload"),
            },
          ],
        },
      },
    },
  };
}

/** Autodiscovery of Datadog (Agent 7, `ad.datadoghq.com/<container>.checks`). */
function datadogAnnotations({ environment, plugin }: PodContext): Record<string, string> {
  const { metrics } = plugin.release.http;
  if (!environment.monitoring.datadog || metrics === undefined) return {};
  const instance = {
    openmetrics_endpoint: `http://%%host%%:${String(plugin.release.http.port)}${metrics}`,
    namespace: "patchbay",
    metrics: [".*"],
  };
  return {
    [`ad.datadoghq.com/${workloadContainer}.checks`]: JSON.stringify({ openmetrics: { instances: [instance] } }),
    [`ad.datadoghq.com/tags`]: JSON.stringify({ service: plugin.name, version: plugin.version, env: environment.name }),
  };
}

export function serviceAccountArgs({ environment, plugin }: PodContext): types.input.core.v1.ServiceAccount {
  return {
    metadata: ownMetadata(environment, plugin),
    automountServiceAccountToken: false,
  };
}

/** Service on port 80, which Knative's triggers and gateways take for granted. */
export function serviceArgs({ environment, plugin }: PodContext): types.input.core.v1.Service {
  return {
    metadata: {
      ...ownMetadata(environment, plugin),
      // Endpoints are the rollout's concern, and the verification waits for that.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      selector: podSelector(plugin.name, "workload").matchLabels,
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    },
  };
}

/** One pod at a time may go when a node is drained. */
export function disruptionArgs({ environment, plugin }: PodContext): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: ownMetadata(environment, plugin),
    spec: {
      maxUnavailable: 1,
      selector: podSelector(plugin.name, "workload"),
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

/** Autoscaler by CPU; nothing where the number of replicas is fixed. */
export function autoscalerArgs({
  environment,
  plugin,
}: PodContext): types.input.autoscaling.v2.HorizontalPodAutoscaler | undefined {
  const { scale } = plugin;
  if (scale.kind === "fixed") return undefined;
  return {
    metadata: {
      ...ownMetadata(environment, plugin),
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: plugin.name },
      minReplicas: scale.min,
      maxReplicas: scale.max,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: scale.cpu } } },
      ],
    },
  };
}
