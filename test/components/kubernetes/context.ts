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

/** Name of the Secret that holds the projected binding. */
export const ordersSecret = pulumi.output("orders-secret");
