import { describe, expect, test } from "vitest";
import { Binding, type Credentials, Environment } from "../../components/index.ts";
import type { ResolvedBinding } from "../../model/index.ts";
import { catalogOf, type Data, shopEnvironment, shopModel, smallRelease } from "../support/documents.ts";
import { at, concealed, type MockWorld, mockBytes, mockWorld, openGate, promiseOf } from "../support/mock-world.ts";

const secretType = "kubernetes:core/v1:Secret";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

interface Point {
  readonly service: Data;
  readonly integration: Data;
  readonly credentials?: Credentials;
}

/** A binding "orders" of the plugin "shop-search" to a service of the same name. */
async function bound({ service, integration, credentials }: Point): Promise<{ world: MockWorld; binding: Binding }> {
  const model = shopModel({
    catalog: catalogOf(smallRelease("shop-search", "1.0.0", { integrations: { orders: integration } })),
    environment: shopEnvironment({ services: { orders: service } }),
    plugins: { "shop-search": { release: "1.0.0" } },
    credentials: credentials === undefined ? {} : { orders: credentials },
  });
  const world = await mockWorld();
  const environment = new Environment("dev", { environment: model.environment, gate: openGate });
  const [resolved] = model.plugins[0]?.bindings ?? [];
  const binding = new Binding("search-orders", {
    environment,
    plugin: "shop-search",
    binding: resolved as ResolvedBinding,
    ...(credentials && { credentials }),
  });
  return { world, binding };
}

function database(type: string, changes: Data = {}): Data {
  return { type, version: "15.4.0", host: "db.data.svc", ...changes };
}

function api(auth: Data, changes: Data = {}): Data {
  return { type: "http", api: "orders", version: "2.0.0", url: "https://orders.example.com/v2", auth, ...changes };
}

function calling(auth: string, changes: Data = {}): Data {
  return { service: "http", api: "orders", auth, ...changes };
}

const hostile = { username: "shop@eu", password: "p:a/s s?w#ö" };
const encoded = "shop%40eu:p%3Aa%2Fs%20s%3Fw%23%C3%B6";

const cases: readonly (Point & { readonly title: string; readonly entries: Data })[] = [
  {
    title: "PostgreSQL",
    service: database("postgresql", { database: "orders" }),
    integration: { service: "postgresql" },
    credentials: hostile,
    entries: {
      type: "postgresql",
      host: "db.data.svc",
      port: "5432",
      database: "orders",
      ...hostile,
      uri: `postgresql://${encoded}@db.data.svc:5432/orders`,
    },
  },
  {
    title: "MySQL, without a database's name",
    service: database("mysql", { port: 3307 }),
    integration: { service: "mysql" },
    credentials: hostile,
    entries: {
      type: "mysql",
      host: "db.data.svc",
      port: "3307",
      ...hostile,
      uri: `mysql://${encoded}@db.data.svc:3307`,
    },
  },
  {
    title: "Redis, without a user",
    service: database("redis", { certificates: ca }),
    integration: { service: "redis" },
    credentials: { password: "s3same" },
    entries: {
      type: "redis",
      host: "db.data.svc",
      port: "6379",
      password: "s3same",
      uri: expect.stringMatching(/^rediss?:\/\/:s3same@db\.data\.svc:6379$/) as unknown,
      certificates: ca,
    },
  },
  {
    title: "an open API",
    service: api({ type: "none" }, { certificates: ca }),
    integration: calling("none"),
    entries: { type: "http", uri: "https://orders.example.com/v2", certificates: ca },
  },
  {
    title: "an API with user and password",
    service: api({ type: "basic" }),
    integration: calling("basic"),
    credentials: hostile,
    entries: { type: "http", uri: "https://orders.example.com/v2", ...hostile },
  },
  {
    title: "an API with a key",
    service: api({ type: "apiKey", header: "X-Shop-Key" }),
    integration: calling("apiKey"),
    credentials: { key: "k3y-of-orders" },
    entries: { type: "http", uri: "https://orders.example.com/v2", "api-key": "k3y-of-orders", header: "X-Shop-Key" },
  },
  {
    title: "an API with a bearer token",
    service: api({ type: "bearer" }),
    integration: calling("bearer"),
    credentials: { token: "t0ken-of-orders" },
    entries: { type: "http", uri: "https://orders.example.com/v2", token: "t0ken-of-orders" },
  },
  {
    title: "an API with OAuth 2.0",
    service: api({ type: "oauth2", tokenUrl: "https://login.example.com/token" }),
    integration: calling("oauth2", { scopes: ["orders.read", "orders.write"] }),
    credentials: { clientId: "shop-client", clientSecret: "cl1ent-secret" },
    entries: {
      type: "http",
      uri: "https://orders.example.com/v2",
      "client-id": "shop-client",
      "client-secret": "cl1ent-secret",
      "token-uri": "https://login.example.com/token",
      scopes: "orders.read orders.write",
    },
  },
  {
    title: "a webhook whose key is given",
    service: api({ type: "webhook" }),
    integration: calling("webhook"),
    credentials: { key: "whsec_Z2l2ZW4=" },
    entries: { type: "http", uri: "https://orders.example.com/v2", "signing-key": "whsec_Z2l2ZW4=" },
  },
];

describe.each(cases)("a binding to $title", ({ entries, ...point }) => {
  test("gives the plugin these entries and no others", async () => {
    const { world, binding } = await bound(point);
    const secret = await world.created(secretType, binding);

    expect(secret.inputs.stringData).toEqual(entries);
    expect(secret.inputs.type).toBe(`servicebinding.io/${String(entries.type)}`);
    expect(secret.inputs).not.toHaveProperty("data");
  });

  test("shows no credential in the state", async () => {
    const { world, binding } = await bound(point);
    const secret = await world.created(secretType, binding);
    const state = await world.stateOf();

    expect(secret.visibleInputs.stringData).toBe(concealed);
    for (const credential of Object.values(point.credentials ?? {})) {
      expect(state).not.toContain(JSON.stringify(credential).slice(1, -1));
      expect(state).not.toContain(encodeURIComponent(credential));
    }
  });
});

describe("the Secret of a binding", () => {
  const point: Point = {
    service: database("postgresql"),
    integration: { service: "postgresql" },
    credentials: { username: "shop", password: "secret" },
  };

  test("never changes and names itself; one made by hand goes when it is replaced", async () => {
    const { world, binding } = await bound(point);
    const secret = await world.created(secretType, binding);

    expect(secret.name).toBe("search-orders-secret");
    expect(secret.inputs.immutable).toBe(true);
    expect(secret.retainOnDelete).toBe(false);
    expect(secret.inputs.metadata).toEqual({
      namespace: "storefront-dev",
      labels: {
        "app.kubernetes.io/managed-by": "patchbay",
        "patchbay.dev/plugin": "shop-search",
        "patchbay.dev/binding": "orders",
      },
    });
    expect(await promiseOf(binding.projection.source)).toBe("search-orders-secret-0a1b2c3d");
    expect(binding.projection.name).toBe("orders");
  });

  test("and the network policy are all that a binding to a service makes", async () => {
    const { world, binding } = await bound(point);

    expect(await world.createdTypes(binding)).toEqual([
      `${secretType} search-orders-secret`,
      `${policyType} search-orders-egress`,
    ]);
  });
});

describe("the key of a webhook", () => {
  const point: Point = { service: api({ type: "webhook" }), integration: calling("webhook") };

  test("is issued where none is given: 32 random bytes, as Standard Webhooks writes them", async () => {
    const { world, binding } = await bound(point);
    const secret = await world.created(secretType, binding);
    const key = await world.created("random:index/randomBytes:RandomBytes", binding);

    expect(key).toMatchObject({ name: "search-orders-key", inputs: { length: 32 } });
    expect(at(secret.inputs, "stringData.signing-key")).toBe(`whsec_${mockBytes}`);
    expect(await world.stateOf()).not.toContain(mockBytes);
  });

  test("is issued for webhooks only", async () => {
    const { world } = await bound({ service: api({ type: "none" }), integration: calling("none") });

    expect((await world.createdTypes()).filter((type) => type.startsWith("random:"))).toEqual([]);
  });
});

describe("the network of a binding", () => {
  const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
  const egressOf = async (service: Data, integration: Data, credentials?: Credentials) => {
    const { world, binding } = await bound({ service, integration, ...(credentials && { credentials }) });
    const policy = await world.created(policyType, binding);
    expect(policy.inputs.metadata).toMatchObject({ name: "search-orders-egress", namespace: "storefront-dev" });
    expect(policy.inputs.spec).toMatchObject({
      podSelector: { matchLabels: { "patchbay.dev/plugin": "shop-search" } },
      policyTypes: ["Egress"],
    });
    expect(policy.inputs.spec).not.toHaveProperty("ingress");
    return at(policy.inputs, "spec.egress");
  };
  const password = { username: "shop", password: "secret" };

  test("is the pods and the port that the service declares", async () => {
    const network = { namespace: "data", podSelector: { app: "db" }, port: 15432 };

    expect(await egressOf(database("postgresql", { network }), { service: "postgresql" }, password)).toEqual([
      {
        to: [{ namespaceSelector: inNamespace("data"), podSelector: { matchLabels: { app: "db" } } }],
        ports: [{ protocol: "TCP", port: 15432 }],
      },
    ]);
  });

  test("is the namespace of a cluster name where nothing is declared; its pods may listen on another port", async () => {
    expect(await egressOf(database("postgresql"), { service: "postgresql" }, password)).toEqual([
      { to: [{ namespaceSelector: inNamespace("data") }] },
    ]);
  });

  test("is the addresses that a service outside of the cluster declares", async () => {
    const service = database("mysql", { host: "db.example.com", network: { cidrs: ["10.1.0.0/16", "fd00::/8"] } });

    expect(await egressOf(service, { service: "mysql" }, password)).toEqual([
      {
        to: [{ ipBlock: { cidr: "10.1.0.0/16" } }, { ipBlock: { cidr: "fd00::/8" } }],
        ports: [{ protocol: "TCP", port: 3306 }],
      },
    ]);
  });

  test("is the public Internet, and nothing private, for any other name", async () => {
    expect(await egressOf(api({ type: "none" }), calling("none"))).toEqual([
      {
        to: [
          {
            ipBlock: {
              cidr: "0.0.0.0/0",
              except: expect.arrayContaining([
                "10.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.168.0.0/16",
              ]) as unknown,
            },
          },
          { ipBlock: { cidr: "::/0", except: expect.arrayContaining(["fc00::/7", "fe80::/10"]) as unknown } },
        ],
        ports: [{ protocol: "TCP", port: 443 }],
      },
    ]);
  });

  test("holds the token endpoint of OAuth 2.0 as well", async () => {
    const auth = { type: "oauth2", tokenUrl: "http://idp.identity.svc/token" };
    const service = api(auth, { url: "http://10.9.8.7:8080/orders" });

    expect(
      await egressOf(service, calling("oauth2"), { clientId: "shop-client", clientSecret: "cl1ent-secret" }),
    ).toEqual([
      { to: [{ ipBlock: { cidr: "10.9.8.7/32" } }], ports: [{ protocol: "TCP", port: 8080 }] },
      { to: [{ namespaceSelector: inNamespace("identity") }] },
    ]);
  });
});

describe("a binding to a required plugin", () => {
  async function boundToPlugin() {
    const model = shopModel();
    const world = await mockWorld();
    const environment = new Environment("dev", { environment: model.environment, gate: openGate });
    const required = model.plugins
      .flatMap(({ bindings }) => bindings)
      .find(({ kind }) => kind === "plugin") as ResolvedBinding;
    const binding = new Binding("payments-tax", { environment, plugin: "payment-gateway", binding: required });
    return { world, binding };
  }

  test("gives its address", async () => {
    const { world, binding } = await boundToPlugin();
    const secret = await world.created(secretType, binding);

    expect(secret.inputs.type).toBe("servicebinding.io/plugin");
    expect(secret.inputs.stringData).toEqual({
      type: "plugin",
      provider: "patchbay",
      host: "tax-calculator.storefront-dev.svc.cluster.local",
      port: "80",
      uri: "http://tax-calculator.storefront-dev.svc.cluster.local",
    });
  });

  test("opens both ends: a policy holds for one direction at one pod only", async () => {
    const { world, binding } = await boundToPlugin();
    const provider = { matchLabels: { "patchbay.dev/plugin": "tax-calculator", "patchbay.dev/role": "workload" } };
    const consumer = { matchLabels: { "patchbay.dev/plugin": "payment-gateway" } };
    const ports = [{ protocol: "TCP", port: 8080 }];

    expect(await world.createdTypes(binding)).toEqual([
      `${secretType} payments-tax-secret`,
      `${policyType} payments-tax-egress`,
      `${policyType} payments-tax-ingress`,
    ]);
    expect((await world.created(policyType, "payments-tax-egress")).inputs.spec).toEqual({
      podSelector: consumer,
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: provider }], ports }],
    });
    expect((await world.created(policyType, "payments-tax-ingress")).inputs.spec).toEqual({
      podSelector: provider,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: consumer }], ports }],
    });
  });
});
