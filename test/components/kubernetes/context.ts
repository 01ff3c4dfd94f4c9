import * as pulumi from "@pulumi/pulumi";
import type { PodContext } from "../../../components/kubernetes/pod.ts";
import type { ResolvedPlugin } from "../../../model/index.ts";
import {
  catalogOf,
  type Data,
  paymentGateway,
  shopEnvironment,
  shopModel,
  taxCalculator,
} from "../../support/documents.ts";

export interface Changes {
  /** Of the release payment-gateway 2.4.1. */
  readonly release?: Data;
  /** Of `patchbay:environment`. */
  readonly environment?: Data;
  /** Of the entry payment-gateway under `patchbay:plugins`. */
  readonly placement?: Data;
}

/** The shop's payment-gateway with one of its bindings projected, for pure builders to work on. */
export function shopContext({ release, environment, placement }: Changes = {}): PodContext {
  const model = shopModel({
    catalog: catalogOf(paymentGateway("2.4.1", release), taxCalculator()),
    environment: shopEnvironment(environment),
    plugins: { "payment-gateway": { release: "2.4.1", ...placement }, "tax-calculator": { release: "1.3.0" } },
  });
  const plugin = model.plugins.find(({ name }) => name === "payment-gateway") as ResolvedPlugin;
  return { environment: model.environment, plugin, projections: [{ name: "orders", source: ordersSecret }] };
}

/** Analyses of an environment: one that ends by itself, and one that goes on as long as the rollout does. */
const analyses = {
  "error-rate": { metrics: [{ name: "errors", provider: prometheus(), interval: "10s", count: 3 }] },
  watch: { metrics: [{ name: "latency", provider: prometheus(), interval: "10s" }] },
};

function prometheus() {
  return { prometheus: { address: "http://prometheus.monitoring.svc:9090", query: "vector(0)" } };
}

/** The shop's payment-gateway, brought in by a strategy of Argo Rollouts. */
export function progressiveContext(rollout: Data, { release, environment, placement }: Changes = {}) {
  const context = shopContext({
    ...(release && { release }),
    environment: { analyses, ...environment },
    placement: { rollout, ...placement },
  });
  const { strategy } = context.plugin.rollout;
  if (strategy.kind === "rolling") throw new Error("a rolling update is none of Argo Rollouts");
  return { context, strategy };
}

/** Name of the Secret that holds the projected binding. */
export const ordersSecret = pulumi.output("orders-secret");
