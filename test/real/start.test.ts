/** `npm start` as a newcomer meets it: a cluster of its own, the shop's systems, and the shop's plugins verified with them. */
import { once } from "node:events";
import { copyFileSync, cpSync, globSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterDirectory } from "../../cli/folders.ts";
import { layoutOf } from "../../toolchain/cluster/layout.ts";
import { cgroupOf } from "../../toolchain/cluster/node/cgroups.ts";
import { clusterStatus } from "../../toolchain/index.ts";
import { historyOf, patchbay, spawnPatchbay } from "../support/patchbay.ts";
import { expectSuccess, Project } from "../support/project.ts";
import { realCluster } from "../support/real.ts";

const checkout = resolve(import.meta.dirname, "../..");

let project: Project;
let cluster: string;
/** What the start that brought everything up printed. */
let printed: string;

beforeAll(() => {
  project = new Project(realCluster().kubeconfig);
  copyFileSync(join(checkout, "Pulumi.dev.yaml"), join(project.directory, "Pulumi.dev.yaml"));
  cpSync(join(checkout, "catalog"), join(project.directory, "catalog"), { recursive: true });
  symlinkSync(join(checkout, "examples"), join(project.directory, "examples"));
  cluster = clusterDirectory({ directory: project.directory, name: "patchbay" }, "real");
});

afterAll(async () => {
  await patchbay(project, "stop");
  project.remove();
});

test("Ctrl-C while the systems start ends it before anything is updated", async () => {
  const started = spawnPatchbay(project, "start", "--node", "real");
  const output = text(started.stdout);
  let progress = "";
  started.stderr.on("data", (data: Buffer) => (progress += data.toString()));
  await expect.poll(() => progress, { timeout: 120_000, interval: 50 }).toContain("start the shop's systems");
  started.kill("SIGINT");
  const [status] = (await once(started, "close")) as [number | null];

  expect(status, `${await output}${progress}`).toBe(1);
  expect(progress).toContain("nothing was changed");
  expect(await historyOf(project, "dev")).toEqual([]);
  expectSuccess(await patchbay(project, "doctor"));
});

test("start brings the shop up, and says what was proven on which node", async () => {
  const started = await patchbay(project, "start", "--node", "real");

  expectSuccess(started);
  printed = started.output;
  expect(printed).toContain("The embedded cluster is running, node: real (containerd ");
  expect(printed).toContain("dev: updated");
  expect(printed).toMatch(/^payment-gateway +2\.4\.1 +storefront-dev +2 of 2 ready +passed$/m);
  expect(printed).toMatch(/^payment-gateway +orders +orders +mounted, answers in \d+ ms$/m);
  expect(printed).toMatch(/^payment-gateway +inventory +inventory +mounted, answers 200 in \d+ ms$/m);
  expect(printed).not.toMatch(/-of-dev/); // as every secret of that environment ends
});

test("the plugin answers on this machine, at the address that start printed", async () => {
  const [, url = ""] = /curl -i (http:\S+)$/m.exec(printed) ?? [];

  expect((await fetch(url, { signal: AbortSignal.timeout(5000) })).status).toBe(200);
});

test("start again finds nothing to do", async () => {
  const again = await patchbay(project, "start", "--node", "real");

  expectSuccess(again);
  expect(again.output).toContain("dev: nothing changed");
  expect(await historyOf(project, "dev")).toHaveLength(1);
});

test("stop leaves nothing that runs", async () => {
  const name = cgroupOf(layoutOf(cluster));

  expectSuccess(await patchbay(project, "stop"));

  expect(clusterStatus(cluster).programs.filter(({ running }) => running)).toEqual([]);
  expect(globSync([`/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/*/${name}`])).toEqual([]);
  const aliases = globSync("/sys/class/net/*/ifalias").map((file) => readFile(file, "utf8").catch(() => ""));
  expect((await Promise.all(aliases)).map((alias) => alias.trim())).not.toContain(name);
});
