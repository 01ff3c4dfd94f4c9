/** Environments of any size, made up but realistic; plain data, so that whoever measures an import loads nothing here. */

type Data = Readonly<Record<string, unknown>>;

export interface Synthetic {
  readonly environment: Data;
  readonly plugins: Data;
  readonly credentials: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly releases: readonly (Data & { readonly plugin: string; readonly version: string })[];
}

/** Plugins share databases and APIs, as a platform's do: so many plugins to one. */
const sharedBy = 10;

/** Every fourth plugin requires the one before it. */
const requiresEvery = 4;

/** An environment with so many plugins; each has a database, an API, a trigger and a route, and some require another. */
export function synthetic(count: number, namespace: string, version = "1.0.0"): Synthetic {
  const plugins = [...new Array<undefined>(count).keys()];
  const systems = plugins.slice(0, Math.ceil(count / sharedBy));
  return {
    environment: {
      stage: "development",
      host: {
        name: "storefront",
        version: "3.4.1",
        gateway: { name: "storefront", namespace: "edge", hostname: "shop.example.com" },
      },
      target: { kind: "kubernetes", namespace },
      services: Object.fromEntries(systems.flatMap((index) => [database(index), api(index)])),
      events: { broker: "default", deadLetter: { service: "events-dead-letter" } },
      quota: { cpu: "1000", memory: "1000Gi", pods: 5000 },
    },
    plugins: Object.fromEntries(plugins.map((index) => placement(index, version))),
    credentials: Object.fromEntries(systems.flatMap(credentials)),
    releases: plugins.map((index) => release(index, version)),
  };
}

function database(index: number): [string, Data] {
  const name = `database-${String(index)}`;
  return [
    name,
    {
      type: "postgresql",
      version: "15.4.0",
      host: `${name}.data.svc`,
      port: 5432,
      database: "shop",
      network: { namespace: "data", podSelector: { app: name } },
    },
  ];
}

function api(index: number): [string, Data] {
  const name = `api-${String(index)}`;
  return [
    name,
    {
      type: "http",
      api: "inventory",
      version: "2.3.0",
      url: `http://${name}.erp.svc`,
      auth: { type: "oauth2", tokenUrl: "http://idp.erp.svc/token" },
    },
  ];
}

function credentials(index: number): [string, Readonly<Record<string, string>>][] {
  return [
    [`database-${String(index)}`, { username: "shop", password: `pa55word-${String(index)}` }],
    [`api-${String(index)}`, { clientId: "shop", clientSecret: `s3cret-${String(index)}` }],
  ];
}

function nameOf(index: number): string {
  return `plugin-${String(index).padStart(3, "0")}`;
}

function placement(index: number, version: string): [string, Data] {
  const system = String(Math.floor(index / sharedBy));
  return [
    nameOf(index),
    { release: version, replicas: 2, bindings: { database: `database-${system}`, api: `api-${system}` } },
  ];
}

function release(index: number, version: string): Synthetic["releases"][number] {
  const name = nameOf(index);
  return {
    plugin: name,
    version,
    image: `registry.example.com/shop/${name}@sha256:${`${version.replaceAll(".", "")}${index}`.padStart(64, "0")}`,
    host: { name: "storefront", version: ">=3.2 <4" },
    ...(index % requiresEvery === requiresEvery - 1 && { requires: { [nameOf(index - 1)]: "^1.0.0" } }),
    routes: [{ path: `/${name}` }],
    http: { port: 8080, health: "/healthz", ready: "/readyz", metrics: "/metrics" },
    resources: { cpu: "250m", memory: "256Mi" },
    integrations: {
      database: { service: "postgresql", version: ">=14" },
      api: { service: "http", api: "inventory", version: "^2.0.0", auth: "oauth2", scopes: ["stock.read"] },
    },
    triggers: [{ event: "com.example.shop.order.created", path: "/orders", retries: 5 }],
    verify: [{ get: "/readyz", expect: 200 }],
    slo: { availability: "99.9%", errorRate: "1%" },
  };
}
