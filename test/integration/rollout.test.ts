import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testClients } from "../support/cluster.ts";
import { type Data, smallRelease } from "../support/documents.ts";
import { expectSuccess, Project, shortUrn, type Update } from "../support/project.ts";
import { ownShop } from "../support/shop.ts";

/** What the simulated nodes make of a release's pods (docs/how-to/try-failures.md). */
const good = smallRelease("tax-calculator", "1.0.0", { tasks: { before: [{ name: "migrate" }] } });
const simulating = (version: string, failure: string): Data & { plugin: string; version: string } =>
  smallRelease("tax-calculator", version, { tasks: { before: [{ name: "migrate" }] }, env: { SIMULATE: failure } });

function withDatabase(version: string, changes: Data = {}) {
  return smallRelease("tax-calculator", version, { integrations: { orders: { service: "postgresql" } }, ...changes });
}

describe("a release that does not work", () => {
  let project: Project;
  const shop = ownShop({ credentials: {} });

  beforeEach(async () => {
    project = new Project();
    project.release(
      good,
      simulating("1.0.1", "never-ready"),
      simulating("1.0.2", "fail-verification"),
      simulating("1.0.3", "fail-task"),
    );
    await declare("1.0.0");
    expectSuccess(await project.up("dev"));
  });

  afterEach(async () => {
    expectSuccess(await project.destroy("dev"));
    project.remove();
  });

  const declare = (release: string) =>
    project.declare("dev", { ...shop, plugins: { "tax-calculator": { release, rollout: { deadline: "4s" } } } });

  test("never ready: it fails within its deadline, again and again, until it is mended", async () => {
    await declare("1.0.1");
    const failed = await project.up("dev");

    expect(failed.status).not.toBe(0);
    expect(failed.output).toContain(`Deployment ${shop.namespace}/tax-calculator`);
    expect(failed.output).toContain("no progress within 4 s (ProgressDeadlineExceeded)");
    expect(failed.output).not.toMatch(/^\s+at .*\.ts:\d+/m);
    expect(await registeredVersion()).toBe("1.0.0");

    const again = await project.up("dev");
    expect(again.status).not.toBe(0);
    expect(again.output).toContain("ProgressDeadlineExceeded");

    await declare("1.0.0");
    const back = await project.up("dev");
    expectSuccess(back);
    expect(verified(back)).toBe(true);
    expect((await project.up("dev")).changes.size).toBe(0);
  });

  test("not verified: the update fails, the host keeps what it knew, and the next update tries again", async () => {
    await declare("1.0.2");
    const failed = await project.up("dev");

    expect(failed.status).not.toBe(0);
    expect(failed.output).toContain("tax-calculator-verification");
    expect(await registeredVersion()).toBe("1.0.0");
    const again = await project.up("dev");
    expect(again.status).not.toBe(0);
    expect(verified(again)).toBe(true);
  });

  test("a failed task: the workload is not touched", async () => {
    const before = await image();
    await declare("1.0.3");
    const failed = await project.up("dev");

    expect(failed.status).not.toBe(0);
    expect(failed.output).toContain("tax-calculator--migrate-before");
    expect(await image()).toEqual(before);
    expect([...failed.changes.keys()].map(shortUrn)).not.toContain("Deployment tax-calculator-deployment");
  });

  test("a credential changed along with it: the pods that serve keep the Secret that they have proven", async () => {
    const bound = (release: string, password: string) => ({
      ...shop,
      plugins: { "tax-calculator": { release, rollout: { deadline: "4s" } } },
      credentials: { orders: { username: "shop", password } },
    });
    project.release(withDatabase("1.1.0"), withDatabase("1.1.1", { env: { SIMULATE: "never-ready" } }));
    await project.declare("dev", bound("1.1.0", "proven-pa55word"));
    expectSuccess(await project.up("dev"));

    await project.declare("dev", bound("1.1.1", "unproven-pa55word"));
    expect((await project.up("dev")).status).not.toBe(0);

    const passwords = await secretPasswords();
    expect(passwords.sort()).toEqual(["proven-pa55word", "unproven-pa55word"]);
    await project.declare("dev", bound("1.1.0", "proven-pa55word"));
    expectSuccess(await project.up("dev"));
    expect(await secretPasswords()).toContain("proven-pa55word");
  });

  async function secretPasswords(): Promise<string[]> {
    const { items } = await testClients().core.listNamespacedSecret({ namespace: shop.namespace });
    return items.map(({ data }) => Buffer.from(data?.password ?? "", "base64").toString());
  }

  /** Whether an update ran the verification, whatever came of it. */
  function verified({ changes }: Update): boolean {
    return [...changes.keys()].map(shortUrn).includes("Job tax-calculator-verification");
  }

  async function registeredVersion(): Promise<string> {
    const { data } = await testClients().core.readNamespacedConfigMap({
      namespace: shop.namespace,
      name: "patchbay-registry",
    });
    return (JSON.parse(data?.["tax-calculator.json"] ?? "{}") as { version: string }).version;
  }

  async function image() {
    const { spec, metadata } = await testClients().apps.readNamespacedDeployment({
      namespace: shop.namespace,
      name: "tax-calculator",
    });
    return { generation: metadata?.generation, image: spec?.template.spec?.containers[0]?.image };
  }
});
