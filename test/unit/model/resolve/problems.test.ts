import { describe, expect, test } from "vitest";
import type { Catalog, Documents } from "../../../../model/index.ts";
import {
  anyDigest,
  catalogOf,
  type Data,
  paymentGateway,
  type ReleaseData,
  shopCatalog,
  shopCredentials,
  shopEnvironment,
  shopModel,
  shopPlugins,
  shopServices,
  smallRelease,
  taxCalculator,
} from "../../../support/documents.ts";
import { message, refusal } from "../../../support/problems.ts";

interface Case {
  readonly name: string;
  readonly documents?: Partial<Documents>;
  readonly catalog?: Catalog;
  readonly code: string;
  readonly messages: readonly string[];
}

/** The shop with another payment-gateway, in development and without a digest. */
function released(changes: Data, ...others: readonly ReleaseData[]) {
  const plugins = Object.fromEntries(others.map(({ plugin, version }) => [plugin, { release: version }]));
  return {
    catalog: catalogOf(paymentGateway("2.4.1", changes), taxCalculator(), ...others),
    documents: {
      plugins: { "payment-gateway": { release: "2.4.1" }, "tax-calculator": { release: "1.3.0" }, ...plugins },
    },
  };
}

const stack = "Pulumi.dev.yaml: patchbay:";
const gateway = "catalog/payment-gateway/2.4.1.yaml";
const gatewayDigest = "sha256:691bff03e94299367e3f88a5725d7c7e80c2f6086af73c34ae8bc8e5cb0a86c6";

const releases: Case[] = [
  {
    name: "a release that the catalog lacks",
    documents: { plugins: shopPlugins({ "tax-calculator": { release: "1.4.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.tax-calculator.release`,
        "release 1.4.0, which the catalog lacks",
        "one of 1.3.0, 1.2.0",
        "choose another, or add catalog/tax-calculator/1.4.0.yaml",
      ),
    ],
  },
  {
    name: "a plugin whose name is misspelt",
    documents: { plugins: shopPlugins({ "tax-calculater": { release: "1.3.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.tax-calculater`,
        'plugin "tax-calculater", which the catalog lacks',
        "a plugin with a folder in catalog/",
        "did you mean tax-calculator?",
      ),
    ],
  },
  {
    name: "a plugin that nothing resembles",
    documents: { plugins: shopPlugins({ seo: { release: "1.0.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.seo`,
        'plugin "seo", which the catalog lacks',
        "a plugin with a folder in catalog/",
        "choose another, or add catalog/seo/1.0.0.yaml",
      ),
    ],
  },
  {
    name: "a release that is not what its place says",
    catalog: { ...shopCatalog(), releases: misplaced() },
    code: "release-mismatch",
    messages: [
      message(
        "catalog/tax-calculator/1.3.0.yaml: plugin",
        "seo",
        "tax-calculator, as the file's place in the catalog says",
        "move the file, or correct the field",
      ),
      message(
        "catalog/tax-calculator/1.3.0.yaml: version",
        "1.2.9",
        "1.3.0, as the file's place in the catalog says",
        "move the file, or correct the field",
      ),
    ],
  },
  {
    name: "a digest of something else",
    documents: { plugins: shopPlugins({ "payment-gateway": { release: "2.4.1", digest: anyDigest("e") } }) },
    code: "digest-mismatch",
    messages: [
      message(
        `${stack}plugins.payment-gateway.digest`,
        anyDigest("e"),
        `${gatewayDigest}, the digest of payment-gateway 2.4.1 in the catalog`,
        "a release never changes: restore its files from git, or make a new version",
      ),
    ],
  },
  ...["testing", "staging", "production"].map((stage) => ({
    name: `no digest in stage ${stage}`,
    documents: { environment: shopEnvironment({ stage }) },
    code: "digest-missing",
    messages: [
      message(
        `${stack}plugins.tax-calculator.digest`,
        "nothing",
        `sha256:3b726b0cc5b8edc2b4cc8d7061bf53c721eaa2b039bd53888db4436ab126fcaf (required in stage ${stage})`,
        "add it",
      ),
    ],
  })),
  {
    name: "an integration point named as a required plugin",
    ...sharedName(),
    code: "name-taken",
    messages: [
      message(
        `${gateway}: integrations.tax-calculator`,
        "an integration point with the name of the required plugin tax-calculator",
        "a name of its own: each of them gives a binding of its name",
        "rename the integration point",
      ),
    ],
  },
  {
    name: "two tasks of one name",
    ...released({ tasks: { after: [{ name: "warm" }, { name: "index" }, { name: "warm" }] } }),
    code: "name-taken",
    messages: [
      message(
        `${gateway}: tasks.after.2.name`,
        "a second task warm",
        "a name of its own: tasks.after.0 has this one, and each task's Job is named after it",
        "rename one of them",
      ),
    ],
  },
];

const hosts: Case[] = [
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

const requirements: Case[] = [
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

describe.each([
  ["releases", releases],
  ["the host", hosts],
  ["requirements", requirements],
])("%s", (_, cases) => {
  test.each(cases)("$name", ({ documents, catalog, code, messages }) => {
    const error = refusal(() => shopModel({ ...documents, ...(catalog && { catalog }) }));

    expect(error.message).toBe(messages.join("\n\n"));
    expect(new Set(error.problems.map((problem) => problem.code))).toEqual(new Set([code]));
  });
});

test.each([
  ["a release that conflicts with itself", { conflicts: { "payment-gateway": "*" } }],
  ["a conflict with a version that is not there", { conflicts: { "tax-calculator": "^2.0.0" } }],
  ["one event to two paths", { triggers: ["/x", "/y"].map((path) => ({ event: "a.b", path })) }],
  ["tasks of one name before and after", { tasks: { before: [{ name: "warm" }], after: [{ name: "warm" }] } }],
])("nothing is wrong with %s", (_, changes) => {
  const { catalog, documents } = released(changes);

  expect(shopModel({ ...documents, catalog }).plugins).toHaveLength(2);
});

test("of a long history, the newest versions are offered, by their order", () => {
  const history = Array.from({ length: 13 }, (_, minor) => smallRelease("seo", `1.${String(minor)}.0`));

  const error = refusal(() =>
    shopModel({
      catalog: catalogOf(...history),
      environment: shopEnvironment({ services: shopServices() }),
      plugins: { seo: { release: "2.0.0" } },
      credentials: shopCredentials(),
    }),
  );

  expect(error.problems.map(({ expected }) => expected)).toEqual([
    "one of 1.12.0, 1.11.0, 1.10.0, 1.9.0, 1.8.0, 1.7.0, 1.6.0, 1.5.0, 1.4.0, 1.3.0 and 3 older ones",
  ]);
});

function sharedName() {
  const { catalog, documents } = released({ integrations: { "tax-calculator": { service: "postgresql" } } });
  const placement = { release: "2.4.1", bindings: { "tax-calculator": "orders" } };
  return { catalog, documents: { plugins: { ...documents.plugins, "payment-gateway": placement } } };
}

function edge(): Data {
  return { name: "storefront", namespace: "edge" };
}

function misplaced(): Catalog["releases"] {
  const source = catalogOf(smallRelease("seo", "1.2.9")).releases.get("seo@1.2.9");
  const file = "catalog/tax-calculator/1.3.0.yaml";
  return new Map([
    ...shopCatalog().releases,
    ...(source ? [["tax-calculator@1.3.0", { ...source, file }] as const] : []),
  ]);
}
