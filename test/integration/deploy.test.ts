import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNamespace, testClients } from "../support/cluster.ts";
import { expectSuccess, Project, shortUrn, type Update } from "../support/project.ts";
import { addShopReleases, ownShop, shopPlugins } from "../support/shop.ts";

/** Operations by short URN, in order. */
function operations({ changes }: Update): string[] {
  return [...changes].map(([urn, operation]) => `${operation} ${shortUrn(urn)}`).sort();
}

describe("the shop's environment, update after update", () => {
  const namespace = ownNamespace("shop");
  let project: Project;
  const declare = (changes: Parameters<typeof ownShop>[0] = {}) =>
    project.declare("dev", ownShop({ namespace, ...changes }));

  beforeAll(() => {
    project = new Project();
    addShopReleases(project);
  });

  afterAll(() => {
    project.remove();
  });

  test("the first update brings up plugins, bindings and what surrounds them", async () => {
    await declare({ plugins: shopPlugins("2.4.0") });

    expectSuccess(await project.up("dev"));

    const { items: deployments } = await testClients().apps.listNamespacedDeployment({ namespace });
    expect(deployments.map(({ metadata, status: state }) => [metadata?.name, state?.availableReplicas]).sort()).toEqual(
      [
        ["payment-gateway", 2],
        ["tax-calculator", 2],
      ],
    );
    const { items: secrets } = await testClients().core.listNamespacedSecret({ namespace });
    expect(secrets.map(({ type }) => type).sort()).toEqual([
      "servicebinding.io/http",
      "servicebinding.io/http",
      "servicebinding.io/plugin",
      "servicebinding.io/postgresql",
    ]);
    const registry = await testClients().core.readNamespacedConfigMap({ namespace, name: "patchbay-registry" });
    expect(Object.keys(registry.data ?? {}).sort()).toEqual(["payment-gateway.json", "tax-calculator.json"]);
  });

  test("the same again changes nothing", async () => {
    const again = await project.up("dev");

    expectSuccess(again);
    expect(operations(again)).toEqual([]);
  });

  test("a new release changes just what it differs in, of just that plugin", async () => {
    await declare();

    const update = await project.up("dev");

    expectSuccess(update);
    expect(operations(update)).toEqual([
      "replace Job payment-gateway--migrate-before",
      "replace Job payment-gateway-services",
      "replace Job payment-gateway-verification",
      "update ConfigMapPatch payment-gateway-registration",
      "update Deployment payment-gateway-deployment",
      "update PrometheusRule payment-gateway-alerts",
    ]);
    const registry = await testClients().core.readNamespacedConfigMap({ namespace, name: "patchbay-registry" });
    expect(JSON.parse(registry.data?.["payment-gateway.json"] ?? "")).toMatchObject({
      version: "2.4.1",
      routes: ["/payments"],
    });
  });

  test("a changed credential makes a new Secret, rolls the pods that use it, and keeps the old one for going back", async () => {
    const before = await podNames("payment-gateway");
    const others = await podNames("tax-calculator");
    const shop = ownShop({ namespace });
    await project.declare("dev", {
      ...shop,
      credentials: { ...shop.credentials, orders: { username: "shop", password: "changed-pa55word" } },
    });

    const update = await project.up("dev");

    expectSuccess(update);
    expect(operations(update)).toEqual([
      "replace Job payment-gateway--migrate-before",
      "replace Job payment-gateway-services",
      "replace Job payment-gateway-verification",
      "replace Secret payment-gateway--orders-secret",
      "update Deployment payment-gateway-deployment",
    ]);
    const after = await podNames("payment-gateway");
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(await podNames("tax-calculator")).toEqual(others);
    const { items } = await testClients().core.listNamespacedSecret({
      namespace,
      labelSelector: "patchbay.dev/binding=orders",
    });
    expect(items).toHaveLength(2);
    expect(items.flatMap(({ metadata }) => metadata?.ownerReferences ?? []).map(({ kind }) => kind)).toContain(
      "ReplicaSet",
    );
  });

  test("a Secret that a dead update left is cleared up with the next rollout, one made for something else is not", async () => {
    const { core } = testClients();
    const labels = { "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/binding": "orders" };
    const [left, other] = ["payment-gateway--orders-secret-0a1b2c3d", "report--orders-secret-0a1b2c3d"];
    for (const name of [left, other])
      await core.createNamespacedSecret({ namespace, body: { metadata: { name, labels } } });
    await declare({ plugins: shopPlugins("2.4.0") });

    expectSuccess(await project.up("dev"));

    expect(await remainingSecrets()).not.toContain(left);
    expect(await remainingSecrets()).toContain(other);
    await core.deleteNamespacedSecret({ namespace, name: other });
  });

  test("removing a plugin removes just its resources, its Secrets included", async () => {
    await declare({ plugins: { "tax-calculator": { release: "1.3.0" } } });

    const update = await project.up("dev");

    expectSuccess(update);
    expect([...update.changes.values()].every((operation) => operation === "delete")).toBe(true);
    expect([...update.changes.keys()].filter((urn) => !shortUrn(urn).includes(" payment-gateway"))).toEqual([]);
    await expect.poll(() => remainingSecrets(), { timeout: 30_000 }).toEqual([]);
    const registry = await testClients().core.readNamespacedConfigMap({ namespace, name: "patchbay-registry" });
    expect(Object.keys(registry.data ?? {})).toEqual(["tax-calculator.json"]);
  });

  test("destroying it leaves nothing", async () => {
    expectSuccess(await project.destroy("dev"));

    expect(await project.resources("dev")).toEqual([]);
    const { items } = await testClients().core.listNamespace({ fieldSelector: `metadata.name=${namespace}` });
    expect(items).toEqual([]);
  });

  async function podNames(plugin: string): Promise<string[]> {
    const { items } = await testClients().core.listNamespacedPod({
      namespace,
      labelSelector: `patchbay.dev/plugin=${plugin},patchbay.dev/role=workload`,
    });
    return items
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? "")
      .sort();
  }

  async function remainingSecrets(): Promise<string[]> {
    const { items } = await testClients().core.listNamespacedSecret({ namespace });
    return items.map(({ metadata }) => metadata?.name ?? "");
  }
});

test("two environments side by side don't touch each other", async () => {
  const project = new Project();
  try {
    addShopReleases(project);
    const [dev, staging] = [ownShop(), ownShop()];
    await project.declare("dev", dev);
    await project.declare("staging", staging);
    expectSuccess(await project.up("dev"));
    const before = await versionsOf(dev.namespace);

    expectSuccess(await project.up("staging"));
    await project.declare("staging", { ...staging, plugins: shopPlugins("2.4.0") });
    expectSuccess(await project.up("staging"));

    expect(await versionsOf(dev.namespace)).toEqual(before);
    expect((await project.up("dev")).changes.size).toBe(0);
    expectSuccess(await project.destroy("staging"));
    expect(await versionsOf(dev.namespace)).toEqual(before);
    expectSuccess(await project.destroy("dev"));
  } finally {
    project.remove();
  }
});

/** Generation of each Deployment: it grows with every change. */
async function versionsOf(namespace: string): Promise<Record<string, number | undefined>> {
  const { items } = await testClients().apps.listNamespacedDeployment({ namespace });
  return Object.fromEntries(items.map(({ metadata }) => [metadata?.name ?? "", metadata?.generation]));
}
