import { type Data, shopEnvironment, smallRelease } from "../documents.ts";
import { message } from "../problems.ts";
import { type Fault, gateway, released, stack } from "./fault.ts";

export const hosts: readonly Fault[] = [
  {
    name: "another host",
    documents: { environment: shopEnvironment({ host: { name: "press", version: "3.4.1", gateway: edge() } }) },
    code: "host-mismatch",
    messages: [
      message(
        `${stack}environment.host.name`,
        "press 3.4.1",
        `storefront, which payment-gateway 2.4.1 extends (${gateway}: host.name)`,
        "remove payment-gateway from this environment, or release it for press",
      ),
      message(
        `${stack}environment.host.name`,
        "press 3.4.1",
        "storefront, which tax-calculator 1.3.0 extends (catalog/tax-calculator/1.3.0.yaml: host.name)",
        "remove tax-calculator from this environment, or release it for press",
      ),
    ],
  },
  {
    name: "a host whose version is out of range",
    documents: { environment: shopEnvironment({ host: { name: "storefront", version: "3.1.9", gateway: edge() } }) },
    code: "host-mismatch",
    messages: [
      message(
        `${stack}environment.host.version`,
        "storefront 3.1.9",
        `>=3.2 <4, with which payment-gateway 2.4.1 works (${gateway}: host.version)`,
        "choose a release of payment-gateway that works with storefront 3.1.9",
      ),
    ],
  },
  {
    name: "routes without a gateway",
    documents: { environment: shopEnvironment({ host: { name: "storefront", version: "3.4.1" } }) },
    code: "gateway-missing",
    messages: [
      message(
        `${stack}environment.host.gateway`,
        "nothing",
        `the gateway that the routes of payment-gateway 2.4.1 attach to (${gateway}: routes)`,
        "add host.gateway: { name, namespace, hostname }",
      ),
    ],
  },
  {
    name: "triggers without a broker",
    documents: { environment: shopEnvironment({ events: undefined }) },
    code: "broker-missing",
    messages: [
      message(
        `${stack}environment.events`,
        "nothing",
        `the broker that payment-gateway 2.4.1 exchanges events with (${gateway}: triggers)`,
        "add events: { broker: default }",
      ),
    ],
  },
  {
    name: "events that no broker takes",
    ...released({ triggers: [] }),
    documents: { ...released({}).documents, environment: shopEnvironment({ events: undefined }) },
    code: "broker-missing",
    messages: [
      message(
        `${stack}environment.events`,
        "nothing",
        `the broker that payment-gateway 2.4.1 exchanges events with (${gateway}: emits)`,
        "add events: { broker: default }",
      ),
    ],
  },
  {
    name: "the same event and path twice",
    ...released({
      triggers: [
        { event: "a.b", path: "/x" },
        { event: "a.b", path: "/y" },
        { event: "a.b", path: "/x", retries: 1 },
      ],
    }),
    code: "trigger-duplicate",
    messages: [
      message(
        `${gateway}: triggers.2`,
        "a.b to /x a second time",
        "each event once for each path (it stands at triggers.0 already)",
        "remove one of them",
      ),
    ],
  },
  {
    name: "a route that another plugin has, but for a slash",
    ...released({}, smallRelease("seo", "1.0.0", { routes: [{ path: "/seo" }, { path: "/payments/" }] })),
    code: "route-taken",
    messages: [
      message(
        "catalog/seo/1.0.0.yaml: routes.1.path",
        "/payments/",
        "a path of its own: payment-gateway 2.4.1 has this one",
        "choose another path in one of the two",
      ),
    ],
  },
];

function edge(): Data {
  return { name: "storefront", namespace: "edge" };
}
