import { expect, test } from "vitest";
import { largestConfig, releaseDigest, resolve } from "../../../model/index.ts";
import {
  catalogOf,
  catalogOfTexts,
  paymentGateway,
  shopCatalog,
  shopCredentials,
  shopDocuments,
  shopEnvironment,
  shopModel,
  shopPlugins,
  shopSecrets,
  shopServices,
  smallRelease,
  taxCalculator,
} from "../../support/documents.ts";
import { message, refusal } from "../../support/problems.ts";

test("the shop of the documentation resolves to its plugins in dependency order, with all bindings", () => {
  const { environment, plugins } = shopModel();

  expect(environment).toMatchObject({ name: "dev", stage: "development", monitoring: { prometheus: false } });
  expect(plugins.map(({ name, version }) => `${name} ${version}`)).toEqual([
    "tax-calculator 1.3.0",
    "payment-gateway 2.4.1",
  ]);
  const [tax, payments] = plugins;
  expect(tax?.bindings).toEqual([]);
  expect(payments?.digest).toBe(releaseDigest(paymentGateway(), {}));
  expect(payments?.bindings.map(({ kind, name }) => [kind, name])).toEqual([
    ["service", "fraud"],
    ["service", "inventory"],
    ["service", "orders"],
    ["plugin", "tax-calculator"],
  ]);
});

test("a binding says where the plugin may send, and no more than that", () => {
  const bindings = shopModel().plugins.flatMap((plugin) => plugin.bindings);

  const peers = Object.fromEntries(bindings.map((binding) => [binding.name, "peers" in binding && binding.peers]));
  expect(peers).toEqual({
    fraud: [{ kind: "internet", port: 443 }],
    inventory: [{ kind: "pods", namespace: "erp" }],
    orders: [{ kind: "pods", namespace: "data", podSelector: { app: "orders-db" }, port: 5432 }],
    "tax-calculator": false,
  });
  expect(bindings.find(({ name }) => name === "inventory")).toMatchObject({ scopes: ["stock.read", "stock.reserve"] });
  expect(bindings.find(({ name }) => name === "tax-calculator")).toEqual({
    kind: "plugin",
    name: "tax-calculator",
    version: "1.3.0",
    port: 8080,
  });
});

test("an integration point is bound to the service that the placement names, else to the one of its own name", () => {
  const { orders, ...others } = shopServices();
  const { orders: login, ...credentials } = shopCredentials();
  const plugins = shopPlugins({ "payment-gateway": { release: "2.4.1", bindings: { orders: "order-store" } } });

  const model = shopModel({
    environment: shopEnvironment({ services: { ...others, "order-store": orders } }),
    plugins,
    credentials: { ...credentials, "order-store": login },
  });

  const bindings = model.plugins.flatMap((plugin) => plugin.bindings);
  expect(bindings.map((binding) => [binding.name, "serviceName" in binding && binding.serviceName])).toEqual([
    ["fraud", "fraud"],
    ["inventory", "inventory"],
    ["orders", "order-store"],
    ["tax-calculator", false],
  ]);
});

test.each([
  ["replicas of the placement", { scale: { min: 2, max: 6 } }, { replicas: 3 }, { kind: "fixed", replicas: 3 }],
  ["the release's scale", { scale: { min: 2, max: 6, cpu: "55.5%" } }, {}, { kind: "auto", min: 2, max: 6, cpu: 56 }],
  ["a scale without choice", { scale: { min: 3, max: 3 } }, {}, { kind: "fixed", replicas: 3 }],
  ["two, where nobody says", {}, {}, { kind: "fixed", replicas: 2 }],
])("scale: %s", (_, release, placement, scale) => {
  const model = shopModel({
    catalog: catalogOf(smallRelease("seo", "1.0.0", release)),
    environment: shopEnvironment({ services: {} }),
    plugins: { seo: { release: "1.0.0", ...placement } },
    credentials: {},
  });

  expect(model.plugins.map((plugin) => plugin.scale)).toEqual([scale]);
});

test("variables of the placement stand over those of the release, inherited names included", () => {
  const model = shopModel({
    catalog: catalogOf(smallRelease("seo", "1.0.0", { env: { LEVEL: "info", LANG: "en" } })),
    environment: shopEnvironment({ services: {} }),
    plugins: { seo: { release: "1.0.0", env: { LEVEL: "debug", toString: "x" } } },
    credentials: {},
  });

  expect(model.plugins[0]?.env).toEqual({ LEVEL: "debug", LANG: "en", toString: "x" });
});

test("the model is frozen all the way down, and the documents are not", () => {
  const documents = shopDocuments();

  const model = resolve(documents, shopCatalog());

  expect(unfrozen(model)).toEqual([]);
  expect(unfrozen(documents)).not.toEqual([]);
});

test("no value of a credential is in the model", () => {
  const text = JSON.stringify(shopModel());

  for (const secret of Object.values(shopSecrets)) expect(text).not.toContain(secret);
  expect(text).not.toContain("password");
});

test("everything that is wrong with several documents is found at once, and nothing twice", () => {
  const error = refusal(() =>
    shopModel({
      catalog: catalogOf(
        paymentGateway("2.4.1", { conflicts: { seo: "*" }, host: { name: "storefront", version: "^9.0.0" } }),
        taxCalculator("1.3.0", { colour: "red" }),
        smallRelease("seo", "1.0.0", { routes: [{ path: "/payments/" }], requires: { seo: "*" } }),
      ),
      environment: shopEnvironment({
        stage: "live",
        services: shopServices({ fraud: { type: "http", url: "https://fraud.example.com" }, orders: "x" }),
      }),
      plugins: {
        "payment-gateway": { release: "2.4.1" },
        "tax-calculator": { release: "1.3.0" },
        seo: { release: "1.0.0" },
        broken: { release: 3 },
        absent: { release: "1.0.0" },
      },
      credentials: { inventory: { clientId: "shop" }, orders: "hunter2" },
    }),
  );

  expect(error.problems.map(({ code, path }) => [code, path])).toEqual([
    ["schema-violation", "patchbay:environment.stage"],
    ["schema-violation", "patchbay:environment.services.orders"],
    ["schema-violation", "patchbay:environment.services.fraud.version"],
    ["schema-violation", "patchbay:environment.services.fraud.api"],
    ["schema-violation", "patchbay:plugins.broken.release"],
    ["schema-violation", "patchbay:credentials.orders"],
    ["release-unknown", "patchbay:plugins.absent"],
    ["schema-violation", "colour"],
    ["plugin-conflict", "patchbay:plugins.seo"],
    ["route-taken", "routes.0.path"],
    ["dependency-cycle", "patchbay:plugins"],
    ["host-mismatch", "patchbay:environment.host.version"],
    ["credentials-missing", "patchbay:credentials.inventory.clientSecret"],
  ]);
  expect(error.message).not.toContain("hunter2");
});

test.each([
  ["environment", "where plugins run: stage, host, target, services"],
  ["plugins", "which release of which plugin runs ({} for none)"],
] as const)("without %s it says what belongs there", (part, expected) => {
  const error = refusal(() => shopModel({ [part]: undefined }));

  expect(error.message.split("\n\n")).toContain(
    message(
      `Pulumi.dev.yaml: patchbay:${part}`,
      "nothing",
      expected,
      "add it; docs/reference/environment.md shows the format",
    ),
  );
  expect(error.problems.filter(({ code }) => code === "config-missing")).toHaveLength(1);
});

test("credentials may be left out where nothing needs any", () => {
  const model = shopModel({
    catalog: catalogOfTexts([]),
    plugins: {},
    credentials: undefined,
  });

  expect(model.plugins).toEqual([]);
});

test("configuration may have 100 KiB and no byte more", () => {
  const padding = (bytes: number) => ({
    environment: shopEnvironment({ services: {} }),
    plugins: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `seo-${String(index)}`,
        { release: "1.0.0", env: { A: "x".repeat(index === 0 ? bytes : 5000) } },
      ]),
    ),
    credentials: {},
  });
  const names = Array.from({ length: 20 }, (_, index) => smallRelease(`seo-${String(index)}`));
  // JSON within JSON, as Pulumi passes it.
  const sizeOf = (parts: object) =>
    Buffer.byteLength(
      JSON.stringify(JSON.stringify(parts).replaceAll(/"(environment|plugins|credentials)":/g, '"patchbay:$1":')),
    );
  const room = largestConfig - sizeOf(padding(0));

  expect(shopModel({ ...padding(room), catalog: catalogOf(...names) }).plugins).toHaveLength(20);
  expect(refusal(() => shopModel({ ...padding(room + 1), catalog: catalogOf(...names) })).message).toBe(
    message(
      "Pulumi.dev.yaml",
      "102401 bytes of configuration",
      "at most 102400 (Pulumi hands it to the program as one environment string, which the kernel limits)",
      "split the environment into two stacks",
    ),
  );
});

function unfrozen(value: unknown, path = "model"): string[] {
  if (value === null || typeof value !== "object") return [];
  const inside = Object.entries(value).flatMap(([key, child]) => unfrozen(child, `${path}.${key}`));
  return Object.isFrozen(value) ? inside : [path, ...inside];
}
