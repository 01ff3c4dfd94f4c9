import { describe, expect, test } from "vitest";
import { Environment, Plugin } from "../../components/index.ts";
import type { Model } from "../../model/index.ts";
import {
  catalogOf,
  type Data,
  paymentGateway,
  shopCredentials,
  shopEnvironment,
  shopModel,
  shopPlugins,
  smallRelease,
} from "../support/documents.ts";
import { at, type MockWorld, mockWorld, openGate, promiseOf } from "../support/mock-world.ts";

const deploymentType = "kubernetes:apps/v1:Deployment";
const jobType = "kubernetes:batch/v1:Job";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/** A model of just these plugins, each in its release 1.0.0, without services. */
function modelOf(...releases: readonly Data[]): Model {
  const full = releases.map(({ plugin, ...changes }) => smallRelease(String(plugin), "1.0.0", changes));
  return shopModel({
    catalog: catalogOf(...full),
    plugins: Object.fromEntries(full.map(({ plugin }) => [plugin, { release: "1.0.0" }])),
    credentials: {},
  });
}

async function composed(model: Model, prefix = ""): Promise<{ world: MockWorld; plugins: Map<string, Plugin> }> {
  const world = await mockWorld();
  const environment = new Environment("dev", { environment: model.environment, gate: openGate });
  const plugins = new Map<string, Plugin>();
  for (const plugin of model.plugins) {
    const requires = plugin.bindings.flatMap(({ name }) => plugins.get(name) ?? []);
    const credentials = shopCredentials() as Record<string, Record<string, string>>;
    plugins.set(plugin.name, new Plugin(prefix + plugin.name, { environment, plugin, requires, credentials }));
  }
  return { world, plugins };
}

/** Names of all that a resource waits for, directly or through others. */
async function awaitedBy(world: MockWorld, type: string, name: string): Promise<readonly string[]> {
  const all = await world.registered();
  const seen = new Set<string>();
  const visit = (urn: string): void => {
    if (seen.has(urn)) return;
    seen.add(urn);
    all.find((one) => one.urn === urn)?.dependencies.forEach(visit);
  };
  (await world.created(type, name)).dependencies.forEach(visit);
  return all.filter(({ urn }) => seen.has(urn)).map(({ name: other }) => other);
}

describe("the least plugin", () => {
  test("is a workload that is verified and registered, and nothing that it does not ask for", async () => {
    const { world, plugins } = await composed(modelOf({ plugin: "search" }));

    expect(await world.createdTypes(plugins.get("search"))).toEqual([
      "kubernetes:apps/v1:Deployment search-deployment",
      "kubernetes:batch/v1:Job search-verification",
      "kubernetes:core/v1:ConfigMapPatch search-registration",
      "kubernetes:core/v1:Service search-service",
      "kubernetes:core/v1:ServiceAccount search-account",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy search-ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy search-self",
      "kubernetes:policy/v1:PodDisruptionBudget search-disruption",
    ]);
  });

  test("is reached at its Service, and says so", async () => {
    const { plugins } = await composed(modelOf({ plugin: "search" }));
    const search = plugins.get("search");

    expect(await promiseOf(search?.url)).toBe("http://search.storefront-dev.svc.cluster.local");
    expect(search?.bindings.size).toBe(0);
  });
});

describe("a plugin with everything", () => {
  const everything = paymentGateway("2.4.1", {
    tasks: { before: [{ name: "migrate" }, { name: "seed" }], after: [{ name: "warm" }] },
  });
  const model = shopModel({
    catalog: catalogOf(everything, smallRelease("tax-calculator", "1.3.0")),
    environment: shopEnvironment({ monitoring: { prometheus: true } }),
    plugins: { "payment-gateway": { release: "2.4.1" }, "tax-calculator": { release: "1.3.0" } },
  });

  test("has an autoscaler, tasks, a route, a trigger, bindings and monitoring besides", async () => {
    const { world, plugins } = await composed(model);
    const own = await world.createdTypes(plugins.get("payment-gateway"));

    expect(own).toEqual([
      "kubernetes:apps/v1:Deployment payment-gateway-deployment",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler payment-gateway-autoscaler",
      "kubernetes:batch/v1:Job payment-gateway--migrate-before",
      "kubernetes:batch/v1:Job payment-gateway--seed-before",
      "kubernetes:batch/v1:Job payment-gateway--warm-after",
      "kubernetes:batch/v1:Job payment-gateway-services",
      "kubernetes:batch/v1:Job payment-gateway-verification",
      "kubernetes:core/v1:ConfigMapPatch payment-gateway-registration",
      "kubernetes:core/v1:Secret payment-gateway--fraud-secret",
      "kubernetes:core/v1:Secret payment-gateway--inventory-secret",
      "kubernetes:core/v1:Secret payment-gateway--orders-secret",
      "kubernetes:core/v1:Secret payment-gateway--tax-calculator-secret",
      "kubernetes:core/v1:Service payment-gateway-service",
      "kubernetes:core/v1:ServiceAccount payment-gateway-account",
      expect.stringMatching(/^kubernetes:eventing\.knative\.dev\/v1:Trigger payment-gateway-[0-9a-f]{8}$/),
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute payment-gateway-route",
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule payment-gateway-alerts",
      "kubernetes:monitoring.coreos.com/v1:ServiceMonitor payment-gateway-monitor",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway--fraud-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway--inventory-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway--orders-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway--tax-calculator-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway--tax-calculator-ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway-emit",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway-ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy payment-gateway-self",
      "kubernetes:policy/v1:PodDisruptionBudget payment-gateway-disruption",
      "patchbay:index:Binding payment-gateway--fraud",
      "patchbay:index:Binding payment-gateway--inventory",
      "patchbay:index:Binding payment-gateway--orders",
      "patchbay:index:Binding payment-gateway--tax-calculator",
    ]);
  });

  test("runs its tasks before the workload one after the other, once its network is open and its services are there", async () => {
    const { world } = await composed(model);
    const network = ["orders", "inventory", "fraud", "tax-calculator"].map(
      (point) => `payment-gateway--${point}-egress`,
    );

    expect(await awaitedBy(world, jobType, "payment-gateway--migrate-before")).toEqual(
      expect.arrayContaining([
        ...network,
        "payment-gateway-services",
        "payment-gateway-account",
        "payment-gateway-emit",
        "tax-calculator-verification",
      ]),
    );
    expect(await awaitedBy(world, jobType, "payment-gateway--seed-before")).toContain(
      "payment-gateway--migrate-before",
    );
    expect(await awaitedBy(world, deploymentType, "payment-gateway-deployment")).toEqual(
      expect.arrayContaining([
        "payment-gateway--seed-before",
        "payment-gateway-ingress",
        "tax-calculator-verification",
      ]),
    );
  });

  test("waits for the plugin it requires, and for no other way round", async () => {
    const { world } = await composed(model);
    const awaited = await awaitedBy(world, deploymentType, "tax-calculator-deployment");

    expect(awaited.filter((name) => name.startsWith("payment-gateway"))).toEqual([]);
  });

  test("is introduced to its host once it is verified; watching does not wait", async () => {
    const { world } = await composed(model);
    const verified = "payment-gateway-verification";
    const registered = await world.registered();
    const introduced = registered.filter(
      ({ name, type }) => /-(registration|route)$|--warm-after$/.test(name) || type.endsWith(":Trigger"),
    );
    const watching = registered.filter(({ name }) => /-(monitor|alerts)$/.test(name));

    expect(introduced).toHaveLength(5);
    for (const { type, name } of introduced)
      expect(await awaitedBy(world, type, name), name).toContain(
        name.startsWith("tax") ? "tax-calculator-verification" : verified,
      );
    expect(watching.length).toBeGreaterThanOrEqual(2);
    for (const { type, name } of watching) expect(await awaitedBy(world, type, name), name).not.toContain(verified);
    expect(await awaitedBy(world, jobType, verified)).toContain("payment-gateway-deployment");
    expect(await awaitedBy(world, "kubernetes:eventing.knative.dev/v1:Trigger", triggerOf(registered))).toContain(
      "dev-broker",
    );
  });

  test("makes each child of the component it belongs to", async () => {
    const { world, plugins } = await composed(model);
    const plugin = plugins.get("payment-gateway");
    const binding = plugin?.bindings.get("orders");
    if (plugin === undefined || binding === undefined) throw new Error("no plugin with a binding orders");
    const secret = await world.created("kubernetes:core/v1:Secret", "payment-gateway--orders-secret");
    const deployment = await world.created(deploymentType, "payment-gateway-deployment");

    expect(secret.parent).toBe(await promiseOf(binding.urn));
    expect(deployment.parent).toBe(await promiseOf(plugin.urn));
    expect([...plugin.bindings.keys()]).toEqual(["fraud", "inventory", "orders", "tax-calculator"]);
  });

  test("mounts each binding's Secret under the binding's name, in the workload, its tasks and its verification", async () => {
    const { world } = await composed(model);
    const pods = (await world.registered()).filter(
      ({ type, name }) => [deploymentType, jobType].includes(type) && name.startsWith("payment-gateway"),
    );

    expect(pods).toHaveLength(6);
    for (const { inputs, name } of pods) {
      expect(at(inputs, "spec.template.spec.volumes"), name).toContainEqual({
        name: "binding-orders",
        secret: { secretName: "payment-gateway--orders-secret-0a1b2c3d" },
      });
      expect(at(inputs, "spec.template.spec.containers.0.volumeMounts"), name).toContainEqual({
        name: "binding-orders",
        mountPath: "/bindings/orders",
        readOnly: true,
      });
    }
  });
});

function triggerOf(registered: readonly { readonly type: string; readonly name: string }[]): string {
  return registered.find(({ type }) => type.endsWith(":Trigger"))?.name ?? "";
}

describe("names", () => {
  test("of objects come from the plugin, not from what a program calls its component", async () => {
    const { world } = await composed(shopModel(), "eu-");
    const deployment = await world.created(deploymentType, "eu-payment-gateway-deployment");
    const egress = await world.created(policyType, "eu-payment-gateway--orders-egress");

    expect(at(deployment.inputs, "metadata.name")).toBe("payment-gateway");
    expect(at(egress.inputs, "spec.podSelector.matchLabels")).toEqual({ "patchbay.dev/plugin": "payment-gateway" });
  });

  test("never clash, however plugins, integration points and tasks are named", async () => {
    const point = { service: "http", api: "search" };
    const tasks = (name: string) => ({ before: [{ name }], after: [{ name: `${name}2` }] });
    const releases = [
      { plugin: "a", integrations: { "b-c": point, b: point }, tasks: tasks("verification") },
      { plugin: "a-b", integrations: { c: point }, tasks: tasks("task") },
      { plugin: "a-b-c", requires: { "a-b": "*" }, tasks: tasks("b") },
      { plugin: "a-verification", requires: { a: "*" } },
      {
        plugin: "a-b-egress",
        triggers: [
          { event: "x.y", path: "/" },
          { event: "x.y", path: "/z" },
        ],
      },
      { plugin: "dev", routes: [{ path: "/dev" }] },
      { plugin: "dev-registry" },
    ];
    const service = { type: "http", api: "search", version: "1.0.0", url: "https://search.example.com" };
    const full = releases.map(({ plugin, ...changes }) => smallRelease(plugin, "1.0.0", changes));
    const model = shopModel({
      catalog: catalogOf(...full),
      environment: shopEnvironment({ services: { "b-c": service, b: service, c: service } }),
      plugins: Object.fromEntries(full.map(({ plugin }) => [plugin, { release: "1.0.0" }])),
      credentials: {},
    });
    const { world } = await composed(model);
    const registered = await world.registered();
    const logical = registered.map(({ urn }) => urn);
    const named = registered.flatMap(({ type, inputs }) => {
      const name = at(inputs, "metadata.name");
      // A patch names what it patches: the registry, which all plugins share.
      return typeof name === "string" && !type.endsWith("Patch") ? [`${type} ${name}`] : [];
    });

    expect(new Set(logical).size).toBe(logical.length);
    expect(new Set(named).size).toBe(named.length);
    expect(registered.length).toBeGreaterThan(70);
  });

  test("fit into a DNS label where Kubernetes makes pods and labels of them", async () => {
    const { world } = await composed(shopModel());
    const suffix = "-0a1b2c3d";
    const jobs = (await world.registered()).filter(({ type }) => type === jobType);

    for (const { name, inputs } of jobs) {
      expect(at(inputs, "metadata.name"), name).toBeUndefined();
      expect(name + suffix).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });
});

test("two releases of the catalog differ in what they run, and in nothing else", async () => {
  const inputsOf = async (release: string) => {
    const plugins = shopPlugins({ "payment-gateway": { release } });
    const { world } = await composed(shopModel({ plugins }));
    return new Map((await world.registered()).map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
  };
  const before = await inputsOf("2.4.0");
  const after = await inputsOf("2.4.1");
  const changed = [...after]
    .filter(([urn, inputs]) => before.get(urn) !== inputs)
    .map(([urn]) => urn.split("::").at(-1));

  expect([...before.keys()].sort()).toEqual([...after.keys()].sort());
  expect(changed.sort()).toEqual([
    "payment-gateway--migrate-before",
    "payment-gateway-deployment",
    "payment-gateway-registration",
    "payment-gateway-services",
    "payment-gateway-verification",
  ]);
});

test("a plugin's credentials stay when they are replaced: its rollout clears them up", async () => {
  const { world } = await composed(shopModel());

  expect((await world.created("kubernetes:core/v1:Secret", "payment-gateway--orders-secret")).retainOnDelete).toBe(
    true,
  );
});
