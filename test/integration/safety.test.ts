import { once } from "node:events";
import { setHeaderOptions } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownNamespace, testClients } from "../support/cluster.ts";
import { smallRelease } from "../support/documents.ts";
import { expectSuccess, Project, testProject } from "../support/project.ts";
import { ownShop } from "../support/shop.ts";

const { apps, batch, core } = testClients();

test("a namespace that is not the environment's is neither taken over nor deleted", async () => {
  const namespace = ownNamespace("somebodys");
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const project = testProject();
  await project.declare("dev", ownShop({ namespace, plugins: {}, credentials: {} }));

  const { status, output } = await project.up("dev");

  expect(status).not.toBe(0);
  expect(output).toContain(`found     the namespace ${namespace}, which exists already`);
  expectSuccess(await project.destroy("dev"));
  const { metadata } = await core.readNamespace({ name: namespace });
  expect(metadata?.deletionTimestamp).toBeUndefined();
  expect(Object.keys(metadata?.labels ?? {})).toEqual(["kubernetes.io/metadata.name"]);
});

describe("a plugin with a database and a migration", () => {
  let project: Project;
  const shop = ownShop({ credentials: { orders: { username: "shop", password: "pa55word" } } });
  const { namespace } = shop;
  const release = (version: string) =>
    smallRelease("tax-calculator", version, {
      integrations: { orders: { service: "postgresql" } },
      tasks: { before: [{ name: "migrate" }] },
    });
  const declare = (version: string) =>
    project.declare("dev", { ...shop, plugins: { "tax-calculator": { release: version, replicas: 1 } } });

  beforeEach(async () => {
    project = new Project();
    project.release(release("1.0.0"), release("1.0.1"));
    await declare("1.0.0");
    expectSuccess(await project.up("dev"));
  });

  afterEach(async () => {
    expectSuccess(await project.destroy("dev"));
    project.remove();
  });

  test("its credentials outlive restarts that Pulumi knows nothing of", async () => {
    for (let restart = 1; restart <= 8; restart += 1) await restartWorkload(String(restart));

    const { spec } = await apps.readNamespacedDeployment({ namespace, name: "tax-calculator" });
    const names = (spec?.template.spec?.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
    expect(names).toHaveLength(1);
    const { items: sets } = await apps.listNamespacedReplicaSet({ namespace });
    expect(sets.map(({ metadata }) => metadata?.annotations?.["deployment.kubernetes.io/revision"])).not.toContain("1");
    for (const name of names)
      expect((await core.readNamespacedSecret({ namespace, name })).data).toHaveProperty("password");
  });

  test("a migration that still runs is waited for, never joined by a second one", async () => {
    await batch.createNamespacedJob({ namespace, body: stuckMigration() });
    await declare("1.0.1");

    const update = project.spawnUp("dev");
    let output = "";
    for (const stream of [update.stdout, update.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()));
    await expect
      .poll(() => output, { timeout: 60_000 })
      .toContain("task migrate of an earlier update still runs (stuck)");
    expect((await migrations()).sort()).toEqual(["stuck", expect.stringMatching(/^tax-calculator--migrate-before-/)]);
    await batch.deleteNamespacedJob({ namespace, name: "stuck", propagationPolicy: "Background" });
    const [status] = (await once(update, "close")) as [number | null];

    expect(status, output).toBe(0);
  });

  async function migrations(): Promise<string[]> {
    const { items } = await batch.listNamespacedJob({ namespace, labelSelector: "patchbay.dev/task=migrate" });
    return items.map(({ metadata }) => metadata?.name ?? "");
  }

  /** As `kubectl rollout restart` does it; returns when the new pod serves. */
  async function restartWorkload(stamp: string): Promise<void> {
    const body = { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": stamp } } } } };
    const merge = setHeaderOptions("Content-Type", "application/strategic-merge-patch+json");
    const { metadata } = await apps.patchNamespacedDeployment({ namespace, name: "tax-calculator", body }, merge);
    await expect
      .poll(async () => (await apps.readNamespacedDeployment({ namespace, name: "tax-calculator" })).status, {
        timeout: 30_000,
      })
      .toMatchObject({
        observedGeneration: metadata?.generation,
        updatedReplicas: 1,
        availableReplicas: 1,
        replicas: 1,
      });
  }
});

/** A migration whose pod no node takes. */
function stuckMigration() {
  const labels = { "patchbay.dev/plugin": "tax-calculator", "patchbay.dev/task": "migrate" };
  const resources = { requests: { cpu: "1m", memory: "4Mi" } };
  return {
    metadata: { name: "stuck", labels },
    spec: {
      template: {
        spec: {
          restartPolicy: "Never",
          nodeSelector: { nowhere: "true" },
          containers: [{ name: "task", image: "example.com/x", resources }],
        },
      },
    },
  };
}
