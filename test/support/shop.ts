import { ownNamespace } from "./cluster.ts";
import { type Data, paymentGateway, shopCredentials, shopEnvironment, taxCalculator } from "./documents.ts";
import type { Project, StackDocuments } from "./project.ts";

/** The example shop's catalog: two releases of each of its plugins. */
export function addShopReleases(project: Project): void {
  project.release(paymentGateway("2.4.0"), paymentGateway("2.4.1"), taxCalculator("1.2.0"), taxCalculator("1.3.0"));
}

/** Documents of a shop of its own: in a namespace that no other test has. */
export function ownShop(
  changes: Partial<StackDocuments> & { readonly namespace?: string; readonly settings?: Data } = {},
): StackDocuments & { namespace: string } {
  const { namespace = ownNamespace("shop"), settings = {}, ...documents } = changes;
  return {
    namespace,
    environment: shopEnvironment({
      target: { kind: "kubernetes", namespace },
      monitoring: { prometheus: true },
      ...settings,
    }),
    plugins: shopPlugins(),
    credentials: shopCredentials() as Readonly<Record<string, Readonly<Record<string, string>>>>,
    ...documents,
  };
}

export function shopPlugins(paymentGatewayRelease = "2.4.1"): Data {
  return { "payment-gateway": { release: paymentGatewayRelease, replicas: 2 }, "tax-calculator": { release: "1.3.0" } };
}
