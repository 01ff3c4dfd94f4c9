import { smallRelease } from "../documents.ts";
import { message } from "../problems.ts";
import { type Fault, gateway, released, stack } from "./fault.ts";

export const requirements: readonly Fault[] = [
  {
    name: "a required plugin that is not there",
    documents: { plugins: { "payment-gateway": { release: "2.4.1" } } },
    code: "plugin-missing",
    messages: [
      message(
        `${stack}plugins`,
        "no plugin tax-calculator",
        `tax-calculator ^1.2.0, which payment-gateway 2.4.1 requires (${gateway}: requires.tax-calculator)`,
        "add tax-calculator to patchbay:plugins",
      ),
    ],
  },
  {
    name: "a required plugin out of range",
    ...released({ requires: { "tax-calculator": "^2.0.0" } }),
    code: "plugin-out-of-range",
    messages: [
      message(
        `${stack}plugins.tax-calculator.release`,
        "tax-calculator 1.3.0",
        `^2.0.0, which payment-gateway 2.4.1 requires (${gateway}: requires.tax-calculator)`,
        "choose a release of tax-calculator in that range, or one of payment-gateway that works with 1.3.0",
      ),
    ],
  },
  {
    name: "a plugin that must not be there",
    ...released({}, smallRelease("legacy-payments", "0.9.0")),
    code: "plugin-conflict",
    messages: [
      message(
        `${stack}plugins.legacy-payments`,
        "legacy-payments 0.9.0 beside payment-gateway 2.4.1",
        `no legacy-payments * (${gateway}: conflicts.legacy-payments)`,
        "remove legacy-payments or payment-gateway from this environment",
      ),
    ],
  },
  {
    name: "plugins that require each other",
    ...released({ requires: { seo: "*" } }, smallRelease("seo", "1.0.0", { requires: { "payment-gateway": "*" } })),
    code: "dependency-cycle",
    messages: [
      message(
        `${stack}plugins`,
        "the cycle payment-gateway -> seo -> payment-gateway",
        `plugins that can be started one after the other (requires in ${gateway}, catalog/seo/1.0.0.yaml)`,
        "release one of them without its requirement; an event can often take its place",
      ),
    ],
  },
];
