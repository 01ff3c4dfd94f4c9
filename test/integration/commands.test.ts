import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSuccess, Project, type Result, run } from "../support/project.ts";
import { addShopReleases, ownShop, shopPlugins } from "../support/shop.ts";

const command = resolve(import.meta.dirname, "../../cli/main.ts");

describe("the commands, in a project of their own", () => {
  let project: Project;
  const shop = ownShop();
  const patchbay = (...args: readonly string[]): Promise<Result> => run(process.execPath, [command, ...args], project);

  beforeAll(async () => {
    project = new Project();
    addShopReleases(project);
    await project.declare("dev", { ...shop, plugins: shopPlugins("2.4.0") });
  });

  afterAll(async () => {
    expectSuccess(await project.destroy("dev"));
    project.remove();
  });

  test("start previews, updates, and says what runs where and what to do next", async () => {
    const started = await patchbay("start", "--context", "patchbay");

    expectSuccess(started);
    expect(started.output).toMatch(/^ \+ +kubernetes:apps\/v1:Deployment payment-gateway-deployment create *$/m);
    expect(started.output).toContain("dev: updated");
    expect(started.output).toMatch(/^payment-gateway +2\.4\.0 +shop-\w+ +2 of 2 ready +passed$/m);
    expect(started.output).toMatch(
      /^payment-gateway +tax-calculator +plugin tax-calculator +mounted, verification passed$/m,
    );
    expect(started.output).toContain("pulumi stack history -s dev");
    expect(started.output).not.toContain("simulated");
    expect(await messages()).toEqual(["payment-gateway 2.4.0 added, tax-calculator 1.3.0 added"]);
  });

  test("start again says that nothing changed, and leaves no entry in the record", async () => {
    const again = await patchbay("start", "--context", "patchbay");

    expectSuccess(again);
    expect(again.output).toContain("dev: nothing changed");
    expect(await messages()).toHaveLength(1);
  });

  test("start after a change records what changed", async () => {
    await project.declare("dev", shop);

    const started = await patchbay("start", "--context", "patchbay");

    expectSuccess(started);
    expect(started.output).toContain("~ kubernetes:apps/v1:Deployment: (update)");
    expect((await messages())[0]).toBe("payment-gateway 2.4.0 -> 2.4.1");
  });

  test("start with a fault shows it above the error, and touches nothing", async () => {
    await project.declare("dev", { ...shop, plugins: { ...shopPlugins(), "tax-calculator": { release: "9.9.9" } } });

    const failed = await patchbay("start", "--context", "patchbay");

    await project.declare("dev", shop);
    expect(failed.status).toBe(1);
    expect(failed.output).toContain("found     release 9.9.9, which the catalog lacks");
    expect(failed.output).toContain("the preview of dev failed; its output above says why");
    expect(failed.output).not.toMatch(/^\s+at /m);
    expect(await messages()).toHaveLength(2);
  });

  test("start with an unknown context names those that there are", async () => {
    const { status, output } = await patchbay("start", "--context", "elsewhere");

    expect(status).toBe(2);
    expect(output).toContain('found     "elsewhere", which the kubeconfig lacks');
    expect(output).toContain("expected  one of patchbay");
  });

  test("env prints shell exports and nothing else, and goes on with the chosen cluster", async () => {
    const { status, output } = await patchbay("env");

    expect(status, output).toBe(0);
    const lines = output.trim().split("\n");
    expect(lines.filter((line) => !/^export [A-Z_]+='.*'$/.test(line))).toEqual([]);
    expect(output).toContain(
      `export KUBECONFIG='${join(project.directory, ".patchbay/contexts/patchbay/kubeconfig")}'`,
    );
  });

  test("each cluster has a state of its own: what is known of one says nothing of another", async () => {
    const inProject = pathToFileURL(project.directory).href;
    // Set to nothing counts as not set; and a shell that env has set up has made no choice of its own.
    const backendOf = async (ambient = "") => {
      const variables = { ...project.variables, PATCHBAY_NODE: "simulated", PULUMI_BACKEND_URL: ambient };
      const { output } = await run(process.execPath, [command, "env"], { directory: project.directory, variables });
      return /PULUMI_BACKEND_URL='(.*)'/.exec(output)?.[1]?.replace(inProject, "");
    };

    const chosen = await backendOf();
    expectSuccess(await patchbay("stop"));
    const embedded = await backendOf(`${inProject}${chosen ?? ""}`);
    expectSuccess(await patchbay("start", "--context", "patchbay"));

    expect(chosen).toBe("/.patchbay/contexts/patchbay/state");
    expect(embedded).toBe("/.patchbay/embedded/simulated/state");
    expect(await backendOf()).toBe(chosen);
  });

  test("Ctrl-C in the middle of an update ends it in an orderly way: no lock, an entry in the record", async () => {
    await project.declare("dev", { ...shop, plugins: shopPlugins("2.4.0") });
    const started = spawn(process.execPath, [command, "start", "--context", "patchbay"], {
      cwd: project.directory,
      env: { ...process.env, ...project.variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    started.stdout.on("data", (data: Buffer) => (output += data.toString()));
    const errors = text(started.stderr);
    await expect.poll(() => output, { timeout: 60_000, interval: 20 }).toMatch(/Update of dev[^]*kubernetes:/);
    started.kill("SIGINT");
    const [status] = (await once(started, "close")) as [number | null];

    expect(status, output).toBe(1);
    expect(await errors).toContain("Stopping: the engine ends what it has begun.");
    const { status: health, output: diagnosis } = await patchbay("doctor", "dev");
    expect(health, diagnosis).toBe(0);
    const { output: record } = await project.succeed("stack", "history", "-s", "dev", "--json");
    expect((JSON.parse(record) as { result: string }[])[0]?.result).toBe("failed");
    await project.declare("dev", shop);
    expectSuccess(await project.up("dev"));
  });

  test("doctor finds nothing wrong", async () => {
    const { status, output } = await patchbay("doctor");

    expect(status, output).toBe(0);
    expect(output).toContain("Nothing is wrong");
  });

  test("doctor knows no environment that the backend does not know", async () => {
    const { status, output } = await patchbay("doctor", "dve");

    expect(status).toBe(2);
    expect(output).toContain("expected  one of dev");
  });

  test("digest prints what an environment's file names", async () => {
    const { status, output } = await patchbay("digest", "tax-calculator@1.3.0", "tax-calculator@1.2.0");

    expect(status, output).toBe(0);
    expect(output).toMatch(
      /^sha256:[0-9a-f]{64} {2}tax-calculator@1\.3\.0\nsha256:[0-9a-f]{64} {2}tax-calculator@1\.2\.0\n$/,
    );
    expect((await patchbay("digest", "tax-calculator@4.0.0")).status).toBe(1);
  });

  test.each([
    ["nonsense"],
    ["start", "--nonsense"],
    ["start", "--node", "fake"],
    ["start", "--node", "real", "--context", "x"],
    ["digest"],
  ])("a call that is wrong ends with status 2: %s", async (...args) => {
    const { status, output } = await patchbay(...args);

    expect(status).toBe(2);
    expect(output).toContain("patchbay --help");
  });

  /** Messages of the stack's history, newest first. */
  async function messages(): Promise<string[]> {
    const { output } = await project.succeed("stack", "history", "-s", "dev", "--json");
    return (JSON.parse(output) as { message: string }[]).map(({ message }) => message);
  }
});
