import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedEnvironment } from "../../model/index.ts";
import type { BindingParts, Gate, PluginParts, Projection, Realised, Target } from "../target.ts";
import { analysisArgs, verificationTemplateArgs } from "./argo/analysis.ts";
import { namedAnalyses, rolloutArgs } from "./argo/rollout.ts";
import { bindingEgress, bindingIngress, bindingSecret, serviceUrl } from "./binding.ts";
import { denyArgs, dnsArgs, namespaceArgs, quotaArgs, registryArgs } from "./environment.ts";
import { brokerArgs, type ObjectArgs, triggerArgs, triggerName } from "./events.ts";
import { type Cluster, clusterGate } from "./gate/gate.ts";
import { registryPatch, routeArgs } from "./host.ts";
import { dashboardArgs } from "./monitoring/dashboard.ts";
import { prometheusRuleArgs } from "./monitoring/rules.ts";
import { serviceMonitorArgs } from "./monitoring/scrape.ts";
import { emitArgs, ingressArgs, selfArgs } from "./network.ts";
import type { PodContext } from "./pod.ts";
import { newReleaseServiceArgs, type ServiceRole, serviceArgs } from "./services.ts";
import { taskArgs } from "./task.ts";
import { servicesArgs, verificationArgs } from "./verification.ts";
import { autoscalerArgs, deploymentArgs, disruptionArgs, serviceAccountArgs } from "./workload.ts";

export interface KubernetesTargetArgs extends Pick<Cluster, "kubeconfig"> {
  readonly environment: ResolvedEnvironment;
  readonly gate?: Gate;
}

type Workload = k8s.apps.v1.Deployment | k8s.apiextensions.CustomResource;

interface Options {
  readonly parent: pulumi.Resource;
  readonly provider: k8s.Provider;
  readonly dependsOn: pulumi.Resource[];
}

/** Argo Rollouts narrows the selectors of its Services down to the pods that it means, and the engine keeps out of it. */
const narrowed = { ignoreChanges: ["spec.selector"] };

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
        // The registry and the dashboard keep their names while their content changes.
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
    if (environment.monitoring.prometheus)
      new k8s.core.v1.ConfigMap(`${name}-dashboard`, dashboardArgs(environment), inside);
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
      verificationArgs(context, generationOf(workload)),
      { ...this.#inside(parent), ...this.#gate.verificationOptions },
    );
    this.#introduce(name, context, verification, parent);
    return { url: pulumi.output(serviceUrl(plugin.name, this.#environment.target.namespace)), verification };
  }

  #inside(parent: pulumi.Resource, ...dependsOn: pulumi.Resource[]): Options {
    return { parent, provider: this.#provider, dependsOn: [this.#namespace, ...dependsOn] };
  }

  /** Everything up to the workload, and what must stand before it: network, services, tasks, required plugins. */
  #rollOut(name: string, context: PodContext, requires: readonly pulumi.Resource[], parent: pulumi.Resource): Workload {
    const { environment, plugin } = context;
    const options = this.#inside(parent);
    const policies = Object.entries({ ingress: ingressArgs, self: selfArgs, emit: emitArgs }).flatMap(
      ([role, args]) => {
        const policy = args(environment, plugin);
        return policy === undefined ? [] : [new k8s.networking.v1.NetworkPolicy(`${name}-${role}`, policy, options)];
      },
    );
    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, serviceAccountArgs(context), options);
    const ready = this.#inside(parent, account, ...policies, ...requires);
    const services = servicesArgs(context);
    const available = services && [
      new k8s.batch.v1.Job(`${name}-services`, services, { ...ready, ...this.#gate.serviceOptions }),
    ];
    const provided = this.#inside(parent, ...ready.dependsOn, ...(available ?? []));
    const tasks = this.#tasks(name, context, "before", provided);
    const workload = this.#workload(name, context, this.#inside(parent, ...provided.dependsOn, ...tasks), options);
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, disruptionArgs(context), options);
    const autoscaler = autoscalerArgs(context);
    const scaled = this.#inside(parent, workload);
    if (autoscaler !== undefined)
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(`${name}-autoscaler`, autoscaler, scaled);
    return workload;
  }

  /** The workload with its Services: a Deployment, or a Rollout with what it is judged by. */
  #workload(name: string, context: PodContext, ready: Options, options: Options): Workload {
    const { environment, plugin } = context;
    const { strategy } = plugin.rollout;
    const service = (role: ServiceRole, more = {}) =>
      new k8s.core.v1.Service(`${name}-${role}`, newReleaseServiceArgs(context, role), { ...options, ...more });
    const own = strategy.kind === "blueGreen" ? { ...options, ...narrowed } : options;
    const main = new k8s.core.v1.Service(`${name}-service`, serviceArgs(context), own);
    if (strategy.kind === "rolling")
      return new k8s.apps.v1.Deployment(`${name}-deployment`, deploymentArgs(context, strategy), {
        ...ready,
        ...this.#gate.workloadOptions,
      });
    const services =
      strategy.kind === "canary" ? [service("candidate"), service("canary", narrowed)] : [service("preview", narrowed)];
    const template = (role: string, args: ObjectArgs) =>
      new k8s.apiextensions.CustomResource(`${name}-${role}`, args, options);
    const analyses = namedAnalyses(strategy).flatMap((analysis) => {
      const definition = environment.analyses[analysis];
      return definition === undefined
        ? []
        : [template(`-${analysis}-analysis`, analysisArgs(context, analysis, definition))];
    });
    const proof = template("proof", verificationTemplateArgs(context));
    return new k8s.apiextensions.CustomResource(`${name}-rollout`, rolloutArgs(context, strategy), {
      ...ready,
      ...this.#gate.workloadOptions,
      dependsOn: [...ready.dependsOn, main, ...services, ...analyses, proof],
    });
  }

  /** Tasks one after the other, in the order in which the release lists them. */
  #tasks(name: string, context: PodContext, phase: "before" | "after", options: Options): k8s.batch.v1.Job[] {
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
  }
}

/** What the API server counts up with each change of a workload. */
function generationOf(workload: Workload): pulumi.Output<string> {
  return pulumi.output(workload.metadata).apply(({ generation }) => String(generation));
}
