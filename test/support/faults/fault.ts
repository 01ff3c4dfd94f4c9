import type { Catalog, Documents } from "../../../model/index.ts";
import { catalogOf, type Data, paymentGateway, type ReleaseData, taxCalculator } from "../documents.ts";

/** A fault that a user can make, and what they read then. */
export interface Fault {
  readonly name: string;
  /** What differs from the shop's documents. */
  readonly documents?: Partial<Documents>;
  /** The shop's catalog, if absent. */
  readonly catalog?: Catalog;
  /** The only code that is reported. */
  readonly code: string;
  /** Each problem's message, in order. */
  readonly messages: readonly string[];
}

/** How the places of problems begin, in the shop's stack and in its newest payment-gateway. */
export const stack = "Pulumi.dev.yaml: patchbay:";
export const gateway = "catalog/payment-gateway/2.4.1.yaml";

/** The shop with another payment-gateway, in development and without a digest. */
export function released(changes: Data, ...others: readonly ReleaseData[]) {
  const plugins = Object.fromEntries(others.map(({ plugin, version }) => [plugin, { release: version }]));
  return {
    catalog: catalogOf(paymentGateway("2.4.1", changes), taxCalculator(), ...others),
    documents: {
      plugins: { "payment-gateway": { release: "2.4.1" }, "tax-calculator": { release: "1.3.0" }, ...plugins },
    },
  };
}
