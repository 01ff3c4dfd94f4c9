import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { trailersOf } from "../../record/index.ts";
import { testClients } from "../support/cluster.ts";
import { type Data, smallRelease } from "../support/documents.ts";
import { historyOf, patchbay, spawnPatchbay, stackFile } from "../support/patchbay.ts";
import { expectSuccess, Project, testProject } from "../support/project.ts";
import { ownShop } from "../support/shop.ts";

const passwords = { good: "pr0ven-pa55word", bad: "unpr0ven-pa55word" };

/** A release of a plugin with a database, which does what the simulated nodes are told (docs/how-to/try-failures.md). */
function tax(version: string, simulate?: string) {
  return smallRelease("tax-calculator", version, {
    integrations: { orders: { service: "postgresql" } },
    ...(simulate !== undefined && { env: { SIMULATE: simulate } }),
  });
}

interface HeldConfig {
  readonly config: { readonly "patchbay:holds"?: Readonly<Record<string, Data>> };
}

describe("a deployment that fails", () => {
  let project: Project;
  const shop = ownShop({ credentials: { orders: { username: "shop", password: passwords.good } } });
  const deploy = (...args: readonly string[]) => patchbay(project, "deploy", "dev", "--yes", ...args);
  const file = () => stackFile(project, "dev");
  const write = (text: string) => {
    project.write("Pulumi.dev.yaml", text);
  };
  const holds = () => (parse(file()) as HeldConfig).config["patchbay:holds"];

  beforeEach(async () => {
    project = new Project();
    project.release(
      tax("1.0.0"),
      tax("1.0.1", "fail-verification"),
      smallRelease("seo", "2.0.0"),
      smallRelease("seo", "2.1.0"),
    );
    const plugins = { "tax-calculator": { release: "1.0.0", replicas: 1 }, seo: { release: "2.0.0", replicas: 1 } };
    await project.declare("dev", { ...shop, plugins });
    write(file().replace("release: 1.0.0", "release:   1.0.0   # the one that works"));
    expectSuccess(await patchbay(project, "start", "--context", "patchbay"));
  });

  afterEach(async () => {
    expectSuccess(await project.destroy("dev"));
    project.remove();
  });

  test("goes back to the release before, file and all, and stays there", async () => {
    const good = file();
    const broken = good.replace("1.0.0", "1.0.1");
    write(broken);

    const failed = await deploy("--message", "the tax of 2027");

    expect(failed.status, failed.output).toBe(1);
    expect(failed.output).toContain("dev: deployment 2 failed, and was rolled back to deployment 1. Why it failed:");
    expect(failed.output).toContain("patchbay:plugins.tax-calculator.release  1.0.1 -> 1.0.0");
    expect(file().replace(/^ {2}patchbay:holds:\n(?: {4}.*\n)*/m, "")).toBe(good);
    expect(holds()).toMatchObject({ "tax-calculator": { release: "1.0.0", refused: "1.0.1" } });
    const kept = /kept in (\S+)\./.exec(failed.output)?.[1] ?? "";
    expect(readFileSync(join(project.directory, kept), "utf8")).toBe(broken);
    expect(await version()).toBe("1.0.0");

    const [back, attempt, ...earlier] = await historyOf(project, "dev");
    expect([back?.result, attempt?.result, earlier.length]).toEqual(["succeeded", "failed", 1]);
    expect(attempt?.message).toMatch(/^the tax of 2027\n\nPatchbay-Actor: .+ \(\w+\)$/);
    expect(back?.message).toMatch(/^roll back to deployment 1: tax-calculator 1\.0\.1 -> 1\.0\.0\n/);
    expect(trailersOf(back?.message ?? "")).toMatchObject({ "Patchbay-Rolls-Back": "2", "Patchbay-Returns-To": "1" });

    const again = await deploy();
    expectSuccess(again);
    expect(again.output).toContain("dev: nothing changed");
    expect(await historyOf(project, "dev")).toHaveLength(3);

    write(file().replace("release:   1.0.0", "release:   1.0.1"));
    const plain = await project.up("dev");
    expect(plain.status).not.toBe(0);
    expect(plain.output).toContain("patchbay:plugins.tax-calculator.release");
    expect(plain.output).toContain("1.0.0: held since");
    expect(plain.changes.size).toBe(0);
    write(good);
  });

  test("takes back everything that was declared with it: another plugin, and a secret", async () => {
    write(file().replace("1.0.0", "1.0.1").replace("release: 2.0.0", "release: 2.1.0"));
    const secret = `patchbay:credentials.orders.password=${passwords.bad}`;
    await project.succeed("config", "set-all", "--path", "-s", "dev", "--secret", secret);

    const failed = await deploy();

    expect(failed.status, failed.output).toBe(1);
    expect(failed.output).toContain("patchbay:credentials.orders.password  (secret)");
    expect(failed.output).toContain("patchbay:plugins.seo.release  2.1.0 -> 2.0.0");
    for (const password of Object.values(passwords)) {
      expect(failed.output).not.toContain(password);
      expect(file()).not.toContain(password);
    }
    expect(holds()).toMatchObject({ seo: { release: "2.0.0", refused: "2.1.0" } });
    expect(await version("seo")).toBe("2.0.0");
    const { output } = await project.succeed(
      "config",
      "get",
      "--path",
      "patchbay:credentials.orders.password",
      "-s",
      "dev",
    );
    expect(output.trim()).toBe(passwords.good);
    expect(await mountedPassword()).toBe(passwords.good);
    expect((await deploy()).output).toContain("dev: nothing changed");
  });

  test("is tried again after a plain update that failed, and goes back to the last one that did not", async () => {
    write(file().replace("1.0.0", "1.0.1"));
    expect((await project.up("dev")).status).not.toBe(0);

    const failed = await deploy();

    expect(failed.output).toContain("dev: deployment 3 failed, and was rolled back to deployment 1.");
    expect(await version()).toBe("1.0.0");
  });

  test("is left as it is where the way back fails too", async () => {
    write(file().replace("1.0.0", "1.0.1"));
    project.release(tax("1.0.0", "fail-verification"));

    const failed = await deploy();

    expect(failed.status).toBe(1);
    expect(failed.output).toContain("dev: deployment 2 failed, and so did the return to deployment 1.");
    expect(failed.output).toContain("A rollback is not rolled back");
    expect((await historyOf(project, "dev")).map(({ result }) => result)).toEqual(["failed", "failed", "succeeded"]);
    project.release(tax("1.0.0"));
  });

  test("has nothing to go back to where the last good one declared the same", async () => {
    const good = file();
    project.release(tax("1.0.0", "fail-verification"));

    const failed = await deploy();

    expect(failed.status).toBe(1);
    expect(failed.output).toContain("Nothing to return to: deployment 1, the last good one, declared the same.");
    expect(file()).toBe(good);
    project.release(tax("1.0.0"));
  });

  test("is not taken back where the user stopped it", async () => {
    project.release(tax("1.0.2", "never-ready"));
    const stopped = file().replace("1.0.0", "1.0.2");
    write(stopped);

    const deployment = spawnPatchbay(project, "deploy", "dev", "--yes");
    let output = "";
    for (const stream of [deployment.stdout, deployment.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()));
    await expect.poll(() => output, { timeout: 60_000, interval: 50 }).toMatch(/Update of dev[^]*tax-calculator: /);
    deployment.kill("SIGINT");
    const [status] = (await once(deployment, "close")) as [number | null];

    expect(status, output).toBe(1);
    expect(output).toContain("dev: stopped, and not rolled back.");
    expect(file()).toBe(stopped);
    expect(await historyOf(project, "dev")).toHaveLength(2);
  });

  async function version(name = "tax-calculator"): Promise<string | undefined> {
    const { metadata } = await testClients().apps.readNamespacedDeployment({ namespace: shop.namespace, name });
    return metadata?.labels?.["app.kubernetes.io/version"];
  }

  /** The password in the Secret that the workload's pods mount. */
  async function mountedPassword(): Promise<string> {
    const { apps, core } = testClients();
    const { namespace } = shop;
    const { spec } = await apps.readNamespacedDeployment({ namespace, name: "tax-calculator" });
    const volumes = JSON.stringify(spec?.template.spec?.volumes);
    const { items } = await core.listNamespacedSecret({ namespace });
    const mounted = items.find(({ metadata }) => volumes.includes(`"${metadata?.name ?? ""}"`));
    return Buffer.from(mounted?.data?.password ?? "", "base64").toString();
  }
});

test("a first deployment that fails has nothing to go back to, and says so", async () => {
  const project = testProject();
  project.release(smallRelease("seo", "1.0.0", { env: { SIMULATE: "fail-verification" } }));
  await project.declare("dev", ownShop({ plugins: { seo: { release: "1.0.0" } }, credentials: {} }));
  const declared = stackFile(project, "dev");
  const started = await patchbay(project, "start", "--context", "patchbay");
  expect(started.status).toBe(1);

  const failed = await patchbay(project, "deploy", "dev", "--yes");

  expect(failed.status).toBe(1);
  expect(failed.output).toContain("Nothing to return to: no deployment of this environment has succeeded yet.");
  expect(stackFile(project, "dev")).toBe(declared);
  expect(existsSync(join(project.directory, ".patchbay/failed"))).toBe(false);
  expectSuccess(await project.destroy("dev"));
});
