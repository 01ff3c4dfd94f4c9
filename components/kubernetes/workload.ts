import type { types } from "@pulumi/kubernetes";
import type { ResolvedPlugin, Strategy } from "../../model/index.ts";
import { annotation, ownMetadata, pluginLabels, podSelector } from "./labels.ts";
import { datadogAnnotations, datadogLabels } from "./monitoring/datadog.ts";
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

/** What brings the plugin's pods in: a Deployment, or a Rollout of Argo Rollouts. */
export function workloadKindOf({ rollout }: Pick<ResolvedPlugin, "rollout">) {
  return rollout.strategy.kind === "rolling"
    ? ({ apiVersion: "apps/v1", kind: "Deployment" } as const)
    : ({ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" } as const);
}

/** Pods of the workload, whatever brings them in. */
export function workloadTemplate(context: PodContext): types.input.core.v1.PodTemplateSpec {
  const { plugin } = context;
  return {
    metadata: {
      labels: { ...pluginLabels(plugin), ...podLabels(plugin.name, "workload"), ...datadogLabels(context) },
      annotations: { [annotation.digest]: plugin.digest, ...datadogAnnotations(context, workloadContainer) },
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
  };
}

/**
 * What Deployments and Rollouts have in common. The engine does not wait for either (its own wait goes on for ten minutes after a
 * rollout has failed for certain): the verification does.
 */
export function workloadCommon(context: PodContext) {
  const { environment, plugin } = context;
  return {
    metadata: {
      name: plugin.name,
      namespace: environment.target.namespace,
      labels: pluginLabels(plugin),
      annotations: {
        "pulumi.com/skipAwait": "true",
        [annotation.digest]: plugin.digest,
        [annotation.workloadKind]: workloadKindOf(plugin).kind,
      },
    },
    spec: {
      // No number beside an autoscaler: the field is its own to write.
      ...(plugin.scale.kind === "fixed" && { replicas: plugin.scale.replicas }),
      progressDeadlineSeconds: plugin.rollout.deadlineSeconds,
      revisionHistoryLimit: 5,
      selector: podSelector(plugin.name, "workload"),
      template: workloadTemplate(context),
    },
  };
}

/** Deployment of a plugin that is replaced little by little. */
export function deploymentArgs(
  context: PodContext,
  { maxSurge, maxUnavailable }: Extract<Strategy, { kind: "rolling" }>,
): types.input.apps.v1.Deployment {
  const { metadata, spec } = workloadCommon(context);
  return {
    metadata,
    spec: { ...spec, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } } },
  };
}

export function serviceAccountArgs({ environment, plugin }: PodContext): types.input.core.v1.ServiceAccount {
  return {
    metadata: ownMetadata(environment, plugin),
    automountServiceAccountToken: false,
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
      scaleTargetRef: { ...workloadKindOf(plugin), name: plugin.name },
      minReplicas: scale.min,
      maxReplicas: scale.max,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: scale.cpu } } },
      ],
    },
  };
}
