import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testClients } from "../support/cluster.ts";
import { shopSecrets } from "../support/documents.ts";
import { expectSuccess, testProject } from "../support/project.ts";
import { addShopReleases, ownShop, shopPlugins } from "../support/shop.ts";

/** A text as it is, percent-encoded, and in base64, where it looks different at each of three distances from the start. */
function formsOf(secret: string): string[] {
  const base64 = ["", "x", "xx"].map((before) => {
    const text = Buffer.from(`${before}${secret}`).toString("base64");
    // Groups of four that hold nothing but the secret: what stands before and after it may differ.
    return text.slice(before === "" ? 0 : 4, Math.floor(Buffer.byteLength(`${before}${secret}`) / 3) * 4);
  });
  return [secret, encodeURIComponent(secret), ...base64];
}

const hidden = Object.values(shopSecrets).flatMap(formsOf);

function leaksIn(text: string): string[] {
  return hidden.filter((form) => text.includes(form));
}

test("no secret is in the state, the history, any output, or a pod's environment", async () => {
  const project = testProject();
  addShopReleases(project);
  const shop = ownShop();
  await project.declare("dev", { ...shop, plugins: shopPlugins("2.4.0") });

  const outputs = [await project.preview("dev", "--diff"), await project.up("dev", "--diff")];
  await project.declare("dev", { ...shop, plugins: { ...shopPlugins(), "tax-calculator": { release: "9.9.9" } } });
  outputs.push(await project.preview("dev", "--diff"));
  await project.declare("dev", {
    ...shop,
    credentials: { ...shop.credentials, orders: { username: "shop", password: `${shopSecrets.ordersPassword}-2` } },
  });
  outputs.push(
    await project.preview("dev", "--diff"),
    await project.up("dev", "--diff"),
    await project.preview("dev", "--json"),
  );

  expect(outputs.map(({ status }) => status)).toEqual([0, 0, 1, 0, 0, 0]);
  expect(outputs.flatMap(({ output }) => leaksIn(output))).toEqual([]);
  for (const command of [
    ["stack", "export"],
    ["stack", "history", "--json"],
    ["stack", "output", "--json"],
    ["config"],
  ]) {
    const { output } = await project.succeed(...command, "-s", "dev");
    expect(leaksIn(output), command.join(" ")).toEqual([]);
  }
  const files = readdirSync(project.stateDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.some((file) => file.includes("history"))).toBe(true);
  const leaking = [...files, join(project.directory, "Pulumi.dev.yaml")].filter(
    (file) => leaksIn(readFileSync(file, "utf8")).length > 0,
  );
  expect(leaking).toEqual([]);
  const { items: pods } = await testClients().core.listNamespacedPod({ namespace: shop.namespace });
  expect(pods.length).toBeGreaterThan(0);
  expect(leaksIn(JSON.stringify(pods))).toEqual([]);
  // The search itself works: the Secret is where the value belongs.
  const { items: secrets } = await testClients().core.listNamespacedSecret({ namespace: shop.namespace });
  expect(leaksIn(JSON.stringify(secrets))).not.toEqual([]);
  expectSuccess(await project.destroy("dev"));
});
