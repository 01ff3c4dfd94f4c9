import { once } from "node:events";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { testClients } from "../support/cluster.ts";
import { expectSuccess, type Project, run, testProject } from "../support/project.ts";
import { addShopReleases, ownShop, shopPlugins } from "../support/shop.ts";

/** A command of the checkout, run in the test's own project. */
function patchbay(project: Project, ...args: readonly string[]) {
  return run(process.execPath, [resolve(import.meta.dirname, "../../cli/main.ts"), ...args], project);
}

test("an update killed in the middle: the next says what to do, doing it loses nothing", async () => {
  const project = testProject();
  addShopReleases(project);
  const shop = ownShop();
  await project.declare("dev", { ...shop, plugins: shopPlugins("2.4.0") });
  expectSuccess(await patchbay(project, "start", "--context", "patchbay"));
  await project.declare("dev", shop);
  const { apps, batch, core } = testClients();
  const { namespace } = shop;

  const update = project.spawnUp("dev");
  await expect.poll(() => runningTasks(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(1);
  process.kill(-Number(update.pid), "SIGKILL");
  await once(update, "close");

  const locked = await project.up("dev");
  expect(locked.status).not.toBe(0);
  expect(locked.output).toContain("pulumi cancel");
  const diagnosis = await patchbay(project, "doctor", "dev");
  expect(diagnosis.status, diagnosis.output).toBe(1);
  expect(diagnosis.output).toContain("a lock left behind by an update that died");
  expect(diagnosis.output).toContain("pulumi cancel --yes -s dev");
  expect(diagnosis.output).toContain("an update that died while creating payment-gateway--migrate-before");
  expect(diagnosis.output).toContain("pulumi refresh --yes --clear-pending-creates -s dev");
  expect(diagnosis.output).toContain("pulumi up -s dev");

  await project.succeed("cancel", "--yes", "-s", "dev");
  await project.succeed("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "-s", "dev");
  expectSuccess(await project.up("dev"));

  const healthy = await patchbay(project, "doctor", "dev");
  expect(healthy.status, healthy.output).toBe(0);
  expect((await project.up("dev")).changes.size).toBe(0);
  const deployment = await apps.readNamespacedDeployment({ namespace, name: "payment-gateway" });
  expect(deployment.status?.availableReplicas).toBe(2);
  expect(deployment.metadata?.labels?.["app.kubernetes.io/version"]).toBe("2.4.1");
  const registry = await core.readNamespacedConfigMap({ namespace, name: "patchbay-registry" });
  expect(JSON.parse(registry.data?.["payment-gateway.json"] ?? "{}")).toMatchObject({ version: "2.4.1" });
  expectSuccess(await project.destroy("dev"));

  /** Jobs of the migration: a second one says that the update is at work, and not at its end. */
  async function runningTasks(): Promise<number> {
    const { items } = await batch.listNamespacedJob({ namespace });
    return items.filter(({ metadata }) => metadata?.name?.startsWith("payment-gateway--migrate") === true).length;
  }
});
