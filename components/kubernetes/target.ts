import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedEnvironment } from "../../model/index.ts";
import type { BindingParts, Gate, PluginParts, Projection, Realised, Target } from "../target.ts";
import { bindingEgress, bindingIngress, bindingSecret, pluginUrl } from "./binding.ts";
import { denyArgs, dnsArgs, namespaceArgs, quotaArgs, registryArgs } from "./environment.ts";
import { brokerArgs, triggerArgs, triggerName } from "./events.ts";
import { type Cluster, clusterGate } from "./gate.ts";
import { registryPatch, routeArgs } from "./host.ts";
import { taskArgs, verificationArgs } from "./jobs.ts";
import { dashboardArgs, prometheusRuleArgs, serviceMonitorArgs } from "./monitoring.ts";
import { emitArgs, ingressArgs, selfArgs } from "./network.ts";
import type { PodContext } from "./pod.ts";
import { autoscalerArgs, deploymentArgs, disruptionArgs, serviceAccountArgs, serviceArgs } from "./workload.ts";

export interface KubernetesTargetArgs extends Pick<Cluster, "kubeconfig"> {
  readonly environment: ResolvedEnvironment;
  readonly gate?: Gate;
}

/** An environment in a namespace of a Kubernetes cluster. */
export class KubernetesTarget implements Target {
  readonly #environment: ResolvedEnvironment;
  readonly #provider: k8s.Provider;
  readonly #namespace: k8s.core.v1.Namespace;
  readonly #registry: k8s.core.v1.ConfigMap;
  readonly #broker: pulumi.Resource | undefined;
  readonly #gate: Gate;

  constructor(name: string, { environment, kubeconfig, gate }: KubernetesTargetArgs, parent: pulumi.Resource) {
    const { context, cluster } = environment.target;
    this.#environment = environment;
    this.#gate =
      gate ??
      clusterGate(name, { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) });
    this.#provider = new k8s.Provider(
      `${name}-provider`,
      {
        // Without it a changed API address would look like another cluster, and replace everything.
        clusterIdentifier: cluster ?? environment.name,
        // The registry keeps its name while its content changes; the dashboards do not mind.
        enableConfigMapMutable: true,
        ...(context !== undefined && { context }),
        ...(kubeconfig !== undefined && { kubeconfig: pulumi.secret(kubeconfig) }),
      },
      { parent },
    );
    const options = { parent, provider: this.#provider };
    this.#namespace = new k8s.core.v1.Namespace(`${name}-namespace`, namespaceArgs(environment), {
      ...options,
      ...this.#gate.namespaceOptions,
    });
    const inside = { ...options, dependsOn: [this.#namespace] };
    new k8s.core.v1.ResourceQuota(`${name}-quota`, quotaArgs(environment), inside);
    new k8s.networking.v1.NetworkPolicy(`${name}-deny`, denyArgs(environment), inside);
    new k8s.networking.v1.NetworkPolicy(`${name}-dns`, dnsArgs(environment), inside);
    this.#registry = new k8s.core.v1.ConfigMap(`${name}-registry`, registryArgs(environment), inside);
    const broker = brokerArgs(environment);
    this.#broker = broker && new k8s.apiextensions.CustomResource(`${name}-broker`, broker, inside);
  }

  bind(name: string, { owner, binding, credentials, kept }: BindingParts, parent: pulumi.Resource): Projection {
    const { namespace } = this.#environment.target;
    const options = this.#inside(parent);
    const secretArgs = bindingSecret(owner, binding, namespace, credentials);
    const secret = new k8s.core.v1.Secret(`${name}-secret`, secretArgs, { ...options, retainOnDelete: kept });
    new k8s.networking.v1.NetworkPolicy(`${name}-egress`, bindingEgress(name, owner, binding, namespace), options);
    if (binding.kind === "plugin")
      new k8s.networking.v1.NetworkPolicy(`${name}-ingress`, bindingIngress(name, owner, binding, namespace), options);
    return { name: binding.name, source: secret.metadata.name };
  }

  run(name: string, { plugin, projections, requires }: PluginParts, parent: pulumi.Resource): Realised {
    const context: PodContext = { environment: this.#environment, plugin, projections };
    const workload = this.#rollOut(name, context, requires, parent);
    const verification = new k8s.batch.v1.Job(
      `${name}-verification`,
      verificationArgs(context, workload.metadata.generation.apply(String)),
      { ...this.#inside(parent), ...this.#gate.verificationOptions },
    );
    this.#introduce(name, context, verification, parent);
    return { url: pulumi.output(pluginUrl(plugin.name, this.#environment.target.namespace)), verification };
  }

  #inside(parent: pulumi.Resource, ...dependsOn: pulumi.Resource[]) {
    return { parent, provider: this.#provider, dependsOn: [this.#namespace, ...dependsOn] };
  }

  /** Everything up to the Deployment, and what must stand before it: network, tasks, required plugins. */
  #rollOut(
    name: string,
    context: PodContext,
    requires: readonly pulumi.Resource[],
    parent: pulumi.Resource,
  ): k8s.apps.v1.Deployment {
    const { environment, plugin } = context;
    const options = this.#inside(parent);
    const policies = Object.entries({ ingress: ingressArgs, self: selfArgs, emit: emitArgs }).flatMap(
      ([role, args]) => {
        const policy = args(environment, plugin);
        return policy === undefined ? [] : [new k8s.networking.v1.NetworkPolicy(`${name}-${role}`, policy, options)];
      },
    );
    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, serviceAccountArgs(context), options);
    new k8s.core.v1.Service(`${name}-service`, serviceArgs(context), options);
    const ready = this.#inside(parent, account, ...policies, ...requires);
    const tasks = this.#tasks(name, context, "before", ready);
    const deployment = new k8s.apps.v1.Deployment(`${name}-deployment`, deploymentArgs(context), {
      ...ready,
      dependsOn: [...ready.dependsOn, ...tasks],
    });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, disruptionArgs(context), options);
    const autoscaler = autoscalerArgs(context);
    const scaled = this.#inside(parent, deployment);
    if (autoscaler !== undefined)
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, autoscaler, scaled);
    return deployment;
  }

  /** Tasks one after the other, in the order in which the release lists them. */
  #tasks(
    name: string,
    context: PodContext,
    phase: "before" | "after",
    options: { parent: pulumi.Resource; provider: k8s.Provider; dependsOn: pulumi.Resource[] },
  ): k8s.batch.v1.Job[] {
    const jobs: k8s.batch.v1.Job[] = [];
    for (const task of context.plugin.release.tasks[phase]) {
      const dependsOn = [...options.dependsOn, ...jobs];
      jobs.push(
        new k8s.batch.v1.Job(`${name}--${task.name}-${phase}`, taskArgs(context, task), {
          ...options,
          ...this.#gate.taskOptions,
          dependsOn,
        }),
      );
    }
    return jobs;
  }

  /** What makes a proven plugin known: routes, events, the registry, monitoring; and the tasks that come after. */
  #introduce(name: string, context: PodContext, verification: pulumi.Resource, parent: pulumi.Resource): void {
    const { environment, plugin } = context;
    const proven = this.#inside(parent, verification);
    const custom = (role: string, args: ReturnType<typeof routeArgs>, options = proven) =>
      args && new k8s.apiextensions.CustomResource(`${name}-${role}`, args, options);
    new k8s.core.v1.ConfigMapPatch(
      `${name}-registration`,
      registryPatch(environment, plugin),
      this.#inside(parent, verification, this.#registry),
    );
    custom("route", routeArgs(environment, plugin));
    const subscribed = this.#inside(parent, verification, ...(this.#broker === undefined ? [] : [this.#broker]));
    for (const trigger of plugin.release.triggers) {
      new k8s.apiextensions.CustomResource(
        triggerName(name, trigger),
        triggerArgs(environment, plugin, trigger),
        subscribed,
      );
    }
    this.#tasks(name, context, "after", proven);
    if (!environment.monitoring.prometheus) return;
    // Watching does not wait for the proof: a rollout that fails is when it is needed most.
    const options = this.#inside(parent);
    custom("monitor", serviceMonitorArgs(environment, plugin), options);
    custom("alerts", prometheusRuleArgs(environment, plugin), options);
    if (plugin.release.http.metrics !== undefined)
      new k8s.core.v1.ConfigMap(`${name}-dashboard`, dashboardArgs(environment, plugin), options);
  }
}
