import { setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testClients } from "../support/cluster.ts";
import { smallRelease } from "../support/documents.ts";
import { historyOf, patchbay } from "../support/patchbay.ts";
import { expectSuccess, Project } from "../support/project.ts";
import { ownShop } from "../support/shop.ts";

const { apps, batch, core, network } = testClients();
const byHand = setHeaderOptions("Content-Type", "application/strategic-merge-patch+json");
const password = "never-shown-pa55word";
const otherImage = `registry.example.com/shop/tax-calculator@sha256:${"e".repeat(64)}`;

interface DriftEntry {
  readonly kind: string;
  readonly name: string;
  readonly what: string;
  readonly fields: readonly { readonly path: string; readonly declared?: unknown; readonly live?: unknown }[];
}

describe("what somebody changes by hand", () => {
  let project: Project;
  const shop = ownShop({ credentials: { orders: { username: "shop-user", password } } });
  const { namespace } = shop;
  const name = "tax-calculator";

  beforeAll(async () => {
    project = new Project();
    project.release(smallRelease(name, "1.0.0", { integrations: { orders: { service: "postgresql" } } }));
    await project.declare("dev", { ...shop, plugins: { [name]: { release: "1.0.0", replicas: 2 } } });
    expectSuccess(await patchbay(project, "start", "--context", "patchbay"));
  });

  beforeEach(async () => {
    const { status, output } = await drift();
    expect(status, output).toBe(0);
    expect(output).toContain("dev: everything is as the last update left it.");
  });

  afterAll(async () => {
    expectSuccess(await project.destroy("dev"));
    project.remove();
  });

  test("is shown by field, and put back and verified when asked", async () => {
    const template = { spec: { containers: [{ name: "plugin", image: otherImage }] } };
    await apps.patchNamespacedDeployment({ namespace, name, body: { spec: { replicas: 4, template } } }, byHand);
    await core.patchNamespacedService({ namespace, name, body: { spec: { selector: { nobody: "else" } } } }, byHand);
    await core.patchNamespacedConfigMap(
      { namespace, name: "patchbay-registry", body: { data: { [`${name}.json`]: null } } },
      byHand,
    );
    await network.deleteNamespacedNetworkPolicy({ namespace, name: "deny-all" });
    const secret = await bindingSecret();
    await core.deleteNamespacedSecret({ namespace, name: secret });

    const { status, entries, output } = await json();

    expect(status).toBe(1);
    expect(output).not.toContain(password);
    expect(entries.map((entry) => `${entry.kind} ${entry.name} ${entry.what}`).sort()).toEqual([
      "ConfigMap patchbay-registry changed",
      "Deployment tax-calculator changed",
      "NetworkPolicy deny-all deleted",
      `Secret ${secret} deleted`,
      "Service tax-calculator changed",
    ]);
    const fields = entries.flatMap((entry) => entry.fields);
    expect(fields).toContainEqual({ path: "spec.replicas", declared: 2, live: 4 });
    expect(fields).toContainEqual({ path: "spec.selector.nobody", live: "else" });
    expect(fields).toContainEqual(
      expect.objectContaining({ path: "spec.template.spec.containers[0].image", live: otherImage }),
    );
    // It held nothing else.
    expect(fields).toContainEqual(expect.objectContaining({ path: "data" }));

    const proof = await verification();
    expectSuccess(await patchbay(project, "deploy", "dev", "--mend", "--yes"));

    expect(await verification()).not.toBe(proof);
    expect((await apps.readNamespacedDeployment({ namespace, name })).spec?.replicas).toBe(2);
    expect((await core.readNamespacedService({ namespace, name })).spec?.selector).not.toHaveProperty("nobody");
    const [mended] = await historyOf(project, "dev");
    expect(mended?.message).toMatch(/^put back what was changed by hand: /);
    expect(mended?.message).toContain("Deployment tax-calculator");
  });

  test("to a Service alone is a reason to verify the plugin again", async () => {
    const proof = await verification();
    await core.patchNamespacedService(
      { namespace, name, body: { spec: { ports: [{ port: 80, name: "web" }] } } },
      byHand,
    );
    expect((await json()).entries.map(({ kind }) => kind)).toEqual(["Service"]);

    expectSuccess(await patchbay(project, "deploy", "dev", "--mend", "--yes"));

    expect(await verification()).not.toBe(proof);
  });

  test("is no drift where a controller, or nobody's declaration, has the field", async () => {
    const body = { metadata: { labels: { team: "payments" }, annotations: { note: "by hand" } } };
    await apps.patchNamespacedDeployment({ namespace, name, body }, byHand);

    const { status, entries } = await json();

    expect([status, entries]).toEqual([0, []]);
  });

  test("cannot be asked of an environment that nobody declared", async () => {
    const { status, output } = await patchbay(project, "drift", "dve");

    expect(status).toBe(2);
    expect(output).toContain("expected  one of dev");
  });

  function drift(...args: readonly string[]) {
    return patchbay(project, "drift", "dev", ...args);
  }

  async function json() {
    const { status, output } = await drift("--json");
    return { status, output, entries: JSON.parse(output) as readonly DriftEntry[] };
  }

  async function bindingSecret(): Promise<string> {
    const { items } = await core.listNamespacedSecret({ namespace, labelSelector: `patchbay.dev/plugin=${name}` });
    return items[0]?.metadata?.name ?? "";
  }

  /** The Job that has proven the plugin. */
  async function verification(): Promise<string | undefined> {
    const { items } = await batch.listNamespacedJob({ namespace });
    return items.find(({ metadata }) => metadata?.annotations?.["patchbay.dev/workload"] === name)?.metadata?.uid;
  }
});
