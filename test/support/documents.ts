/** The example shop of the documentation as plain data, for tests to take, change and resolve. Each call gives fresh data. */
import {
  type Catalog,
  type Documents,
  type Model,
  type ReleaseSource,
  releaseDigest,
  resolve,
} from "../../model/index.ts";

/** Plain data, as a document is before it is checked. */
export type Data = Readonly<Record<string, unknown>>;

/** A release as plain data: what a file in the catalog says. */
export type ReleaseData = Data & { readonly plugin: string; readonly version: string };

/** Values of secrets in the shop's credentials; none of them may ever be seen. */
export const shopSecrets = {
  ordersPassword: "0rders-pa55word",
  inventoryClientSecret: "1nventory-s3cret",
  fraudKey: "fr4ud-k3y",
} as const;

/** `sha256:` and one hex digit 64 times: a digest that is well-formed and nothing's. */
export function anyDigest(digit = "0"): string {
  return `sha256:${digit.repeat(64)}`;
}

export function paymentGateway(version = "2.4.1", changes: Data = {}): ReleaseData {
  return {
    plugin: "payment-gateway",
    version,
    image: `registry.example.com/shop/payment-gateway@${anyDigest(version === "2.4.1" ? "a" : "b")}`,
    host: { name: "storefront", version: ">=3.2 <4" },
    requires: { "tax-calculator": "^1.2.0" },
    conflicts: { "legacy-payments": "*" },
    routes: [{ path: "/payments" }],
    http: { port: 8080, health: "/healthz", ready: "/readyz", metrics: "/metrics" },
    resources: { cpu: "250m", memory: "256Mi" },
    integrations: {
      orders: { service: "postgresql", version: ">=14" },
      inventory: {
        service: "http",
        api: "inventory",
        version: "^2.0.0",
        auth: "oauth2",
        scopes: ["stock.read", "stock.reserve"],
      },
      fraud: { service: "http", api: "fraud-detection", version: "^1.0.0", auth: "apiKey" },
    },
    triggers: [{ event: "com.example.shop.order.created", path: "/charges", retries: 5 }],
    emits: ["com.example.shop.payment.captured"],
    tasks: { before: [{ name: "migrate", args: ["migrate"] }] },
    scale: { min: 2, max: 6, cpu: "70%" },
    verify: [{ get: "/readyz", expect: 200 }],
    slo: { availability: "99.9%", errorRate: "1%", latencyP99: "300ms", syncLag: "60s" },
    ...changes,
  };
}

export function taxCalculator(version = "1.3.0", changes: Data = {}): ReleaseData {
  return {
    plugin: "tax-calculator",
    version,
    image: `registry.example.com/shop/tax-calculator@${anyDigest(version === "1.3.0" ? "c" : "d")}`,
    host: { name: "storefront", version: "^3.0.0" },
    ...changes,
  };
}

/** The least that a release can say. */
export function smallRelease(plugin: string, version = "1.0.0", changes: Data = {}): ReleaseData {
  return {
    plugin,
    version,
    image: `registry.example.com/shop/${plugin}@${anyDigest()}`,
    host: { name: "storefront", version: "*" },
    ...changes,
  };
}

/** `patchbay:environment` of the shop's stack `dev`. */
export function shopEnvironment(changes: Data = {}): Data {
  return {
    stage: "development",
    host: {
      name: "storefront",
      version: "3.4.1",
      gateway: { name: "storefront", namespace: "edge", hostname: "shop.example.com" },
    },
    target: { kind: "kubernetes", namespace: "storefront-dev" },
    services: shopServices(),
    events: { broker: "default", deadLetter: { service: "events-dead-letter" } },
    ...changes,
  };
}

export function shopServices(changes: Data = {}): Data {
  return {
    orders: {
      type: "postgresql",
      version: "15.4.0",
      host: "orders-db.data.svc",
      port: 5432,
      database: "orders",
      network: { namespace: "data", podSelector: { app: "orders-db" } },
    },
    inventory: {
      type: "http",
      api: "inventory",
      version: "2.3.0",
      url: "http://inventory.erp.svc",
      auth: { type: "oauth2", tokenUrl: "http://idp.erp.svc/token" },
    },
    fraud: {
      type: "http",
      api: "fraud-detection",
      version: "1.8.2",
      url: "https://fraud.example.com",
      auth: { type: "apiKey", header: "X-Api-Key" },
    },
    ...changes,
  };
}

/** `patchbay:plugins` of the shop's stack `dev`. */
export function shopPlugins(changes: Data = {}): Data {
  return {
    "payment-gateway": {
      release: "2.4.1",
      digest: releaseDigest(paymentGateway(), {}),
      replicas: 2,
      bindings: { orders: "orders" },
    },
    "tax-calculator": { release: "1.3.0" },
    ...changes,
  };
}

/** `patchbay:credentials` of the shop's stack `dev`. */
export function shopCredentials(changes: Data = {}): Data {
  return {
    orders: { username: "shop", password: shopSecrets.ordersPassword },
    inventory: { clientId: "shop", clientSecret: shopSecrets.inventoryClientSecret },
    fraud: { key: shopSecrets.fraudKey },
    ...changes,
  };
}

/** The documents of the shop's stack `dev`; each of them can be replaced. */
export function shopDocuments(changes: Partial<Documents> = {}): Documents {
  return {
    name: "dev",
    file: "Pulumi.dev.yaml",
    environment: shopEnvironment(),
    plugins: shopPlugins(),
    credentials: shopCredentials(),
    ...changes,
  };
}

/** A catalog of just these releases, without contracts. */
export function catalogOf(...releases: readonly ReleaseData[]): Catalog {
  return catalogOfTexts(releases.map((data) => ({ ...data, text: JSON.stringify(data) })));
}

/** A catalog of files that lie where `plugin` and `version` say, whatever their text is. */
export function catalogOfTexts(
  files: readonly { readonly plugin: string; readonly version: string; readonly text: string }[],
): Catalog {
  const versions = new Map<string, readonly string[]>();
  const releases = new Map<string, ReleaseSource>();
  for (const { plugin, version, text } of files) {
    versions.set(plugin, [...(versions.get(plugin) ?? []), version]);
    releases.set(`${plugin}@${version}`, { file: `catalog/${plugin}/${version}.yaml`, text, contracts: {} });
  }
  return { plugins: [...versions.keys()].sort(), versions, releases };
}

/** payment-gateway 2.4.0 and 2.4.1, tax-calculator 1.2.0 and 1.3.0. */
export function shopCatalog(): Catalog {
  return catalogOf(paymentGateway("2.4.0"), paymentGateway(), taxCalculator("1.2.0"), taxCalculator());
}

/** The shop, resolved: `shopModel({ environment: shopEnvironment({ monitoring: { prometheus: true } }) })`. */
export function shopModel(overrides: Partial<Documents> & { readonly catalog?: Catalog } = {}): Model {
  const { catalog = shopCatalog(), ...documents } = overrides;
  return resolve(shopDocuments(documents), catalog);
}
