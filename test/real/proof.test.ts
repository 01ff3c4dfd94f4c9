/** Releases that run, and do not work: what a verification, an analysis and a binding's probe find, on real containers and under load. */
import { once } from "node:events";
import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeServices } from "../../examples/services/deploy.ts";
import { choosePort } from "../../toolchain/cluster/ports.ts";
import { ownNamespace } from "../support/cluster.ts";
import { shopCredentials } from "../support/documents.ts";
import {
  allAt,
  bring,
  type Fleet,
  fleetDocuments,
  fleetReleases,
  lastRecorded,
  type Member,
  members,
  replicas,
  underLoad,
} from "../support/fleet.ts";
import { expectNothingLost } from "../support/nothing-lost.ts";
import { expectSuccess, Project } from "../support/project.ts";
import { Prometheus } from "../support/prometheus.ts";
import { fleetImages, realCluster, removeNamespace } from "../support/real.ts";
import { deployedServices, ShopServices } from "../support/services.ts";

type Setting = Parameters<typeof fleetDocuments>[1];

const stack = "fleet";
/** Members that are proven before there is any traffic for them. */
const proven: readonly Member[] = ["canary", "bluegreen"];
const good: Setting = { release: "1.2.0" };

let services: ShopServices;
let prometheus: Prometheus;
let project: Project;
let fleet: Fleet;

beforeAll(async () => {
  const { kubeconfig, network } = realCluster();
  const namespace = ownNamespace("fleet");
  services = await ShopServices.deploy(kubeconfig);
  prometheus = await Prometheus.start({ kubeconfig, namespace, host: network.host, port: await choosePort([]) });
  const { orders, inventory } = deployedServices();
  const credentials = shopCredentials() as { orders: Record<string, string>; inventory: Record<string, string> };
  fleet = {
    namespace,
    images: fleetImages(),
    credentials: { orders: credentials.orders, inventory: credentials.inventory },
    services: { orders, inventory },
    integrations: {
      orders: { service: "postgresql" },
      inventory: { service: "http", api: "inventory", auth: "oauth2", scopes: ["stock.read"] },
    },
    analyses: { "error-rate": errorRate(prometheus.address) },
  };
  project = new Project(kubeconfig);
  const strict = { verify: [{ get: "/", latency: "300ms" }] };
  const lenient = { verify: [] };
  project.release(
    ...fleetReleases(fleet, strict).filter(({ version }) => version !== "1.4.0"),
    ...fleetReleases(fleet, lenient).filter(({ version }) => version === "1.4.0"),
  );
  expectSuccess(await bring(project, stack, fleetDocuments(fleet, good)));
});

afterAll(async () => {
  await prometheus.stop();
  await removeNamespace(fleet.namespace);
  await removeServices(realCluster());
  project.remove();
});

/** Share of the new pods' answers that are errors; judged as soon as it was seen to be anything. */
function errorRate(address: string) {
  const series = `http_server_request_duration_seconds_count{namespace="{{args.namespace}}",service="{{args.plugin}}",rollouts_pod_template_hash="{{args.latest-hash}}"`;
  const rate = (more = "") => `sum(rate(${series}${more}}[5s]))`;
  const query = `(${rate(',http_response_status_code=~"5.."')} or vector(0)) / ${rate()}`;
  const metric = {
    name: "error-rate",
    initialDelay: "3s",
    interval: "1s",
    count: 3,
    failureLimit: 0,
    successCondition: "len(result) > 0 && result[0] < 0.05",
    provider: { prometheus: { address, query } },
  };
  return { metrics: [metric] };
}

function update(setting: Setting) {
  return underLoad(realCluster().kubeconfig, fleet.namespace, () =>
    bring(project, stack, fleetDocuments(fleet, setting)),
  );
}

function clients() {
  const config = new KubeConfig();
  config.loadFromFile(realCluster().kubeconfig);
  return {
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
  };
}

async function rollout(name: string) {
  const at = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts", namespace: fleet.namespace, name };
  return (await clients().custom.getNamespacedCustomObject(at)) as {
    status: { abort?: boolean; stableRS: string; currentPodHash: string; phase: string };
  };
}

describe("a release that answers wrongly", () => {
  test.each([
    ["with errors", "errors=100", /GET \/: 500/],
    ["slowly", "slow=800ms", /GET \/: median of 5 answers 8\d\d ms/],
  ])("%s is found out before any traffic, but for rolling", async (_, fault, why) => {
    const { result, answers } = await update({ release: "1.3.0", fault });
    expect(result.status, result.output).not.toBe(0);
    expect(result.output).toMatch(why);
    expectNothingLost(answers, proven);
    for (const member of proven) {
      expect(answers[member].releases, member).toEqual(["1.2.0"]);
      const { status } = await rollout(member);
      expect(status, member).toMatchObject({ abort: true, phase: "Degraded" });
      expect(status.stableRS, member).not.toBe(status.currentPodHash);
    }
    expect(result.output).toContain("rolling-verification failed");
    expect(await lastRecorded(project, stack)).toEqual({ result: "failed", releases: allAt("1.3.0") });
  });

  test("under traffic alone is stopped by its analysis, having had no more than its weight", async () => {
    const analysis = { analysis: { templates: [{ templateName: "error-rate" }] } };
    const strategies = {
      canary: { canary: { steps: [{ setWeight: 25 }, analysis, { setWeight: 50 }] } },
      bluegreen: { blueGreen: { postPromotionAnalysis: analysis.analysis, scaleDownDelay: "30s" } },
    };
    expectSuccess(await bring(project, stack, fleetDocuments(fleet, good)));
    const { result, answers } = await update({ release: "1.4.0", fault: "errors=100", faulty: proven, strategies });
    expect(result.status, result.output).not.toBe(0);
    expect(result.output).toMatch(/canary: step 3 of 4, weight 25 %, analysis running, pods 1\/4/);
    expect(result.output).toMatch(/bluegreen: .*analysis after the switch running/);
    expect(result.output).toMatch(/analysis error-rate failed: .*measured \[1\]/);
    expectNothingLost(answers, ["rolling"]);
    const { canary, bluegreen } = answers;
    const [first, last] = [canary.failed[0], canary.failed.at(-1)].map((answer) => answer?.at ?? 0);
    const during = canary.all.filter(({ at }) => at >= (first ?? 0) && at <= (last ?? 0));
    console.log(
      `canary: ${String(canary.failed.length)} of ${String(during.length)} bad answers within ${String((last ?? 0) - (first ?? 0))} ms; blue-green: ${String(bluegreen.failed.length)}`,
    );
    expect(canary.failed.every(({ status }) => status === 500)).toBe(true);
    // A quarter of the pods, and the luck of some hundred draws.
    expect(canary.failed.length / during.length).toBeLessThan(1 / replicas + 0.15);
    expect(bluegreen.failed.every(({ status }) => status === 500)).toBe(true);
    for (const member of proven) {
      expect(answers[member].all.at(-1), member).toMatchObject({ status: 200, release: "1.2.0" });
      expect((await rollout(member)).status, member).toMatchObject({ abort: true });
    }
    expectSuccess(await bring(project, stack, fleetDocuments(fleet, good)));
  });
});

describe("a binding", () => {
  test("whose password is wrong fails the release, which nobody but rolling has let in", async () => {
    const password = "n0t-the-pa55word";
    const { result, answers } = await update({ release: "1.3.0", password });
    expect(result.status, result.output).not.toBe(0);
    expect(result.output).toContain("28P01");
    expect(result.output).not.toContain(password);
    expectNothingLost(answers);
    for (const member of proven) expect(answers[member].releases, member).toEqual(["1.2.0"]);
  });

  test("whose token endpoint is down fails the update before a pod is touched", async () => {
    await services.setFault("idp", "down");
    const before = await generations();
    const { result, answers } = await update({ release: "1.3.0", waitForServices: "5s" });
    await services.setFault("idp", "none");
    expect(result.status, result.output).not.toBe(0);
    for (const member of members) expect(result.output).toContain(`${member}-services failed`);
    expect(result.output).toMatch(/inventory.*idp\.erp\.svc/);
    expect(await generations()).toEqual(before);
    expectNothingLost(answers);
  });

  test("whose service comes up 20 s late delays the update, and no more", async () => {
    await services.setFault("idp", "down");
    const up = setTimeout(() => void services.setFault("idp", "none"), 20_000);
    const { result, answers } = await update({ release: "1.3.0" });
    clearTimeout(up);
    expectSuccess(result);
    expectNothingLost(answers);
    for (const member of members) expect(answers[member].all.at(-1)?.release, member).toBe("1.3.0");
  });

  async function generations() {
    const { apps, custom } = clients();
    const { namespace } = fleet;
    const { items } = await apps.listNamespacedDeployment({ namespace });
    const rollouts = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts", namespace };
    const progressive = (await custom.listNamespacedCustomObject(rollouts)) as { items: typeof items };
    return [...items, ...progressive.items].map(({ metadata }) => [metadata?.name, metadata?.generation]);
  }
});

describe("in the middle of a rollout", () => {
  test("pods that are killed cost a bounded number of requests, and the release comes in", async () => {
    const killing = killPods("1.3.0");
    const { result, answers } = await update({ release: "1.2.0" });
    await killing;
    expectSuccess(result);
    for (const member of members) {
      const { all, failed } = answers[member];
      console.log(`${member}: ${String(failed.length)} of ${String(all.length)} requests lost to killed pods`);
      expect(failed.length / all.length, member).toBeLessThan(0.2);
      expect(all.at(-1), member).toMatchObject({ status: 200, release: "1.2.0" });
    }
  });

  test("kill -9 of the engine loses nothing, and the update can be gone on with", async () => {
    const { answers } = await underLoad(realCluster().kubeconfig, fleet.namespace, async () => {
      await project.declare(stack, fleetDocuments(fleet, { release: "1.3.0" }));
      const engine = project.spawnUp(stack);
      await expect.poll(() => podsOf("1.3.0"), { timeout: 60_000, interval: 100 }).toBeGreaterThan(1);
      process.kill(-Number(engine.pid), "SIGKILL");
      await once(engine, "close");
      await project.succeed("cancel", "--yes", "-s", stack);
      await project.succeed("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "-s", stack);
      expectSuccess(await project.up(stack));
    });
    expectNothingLost(answers);
    for (const member of members) expect(answers[member].all.at(-1)?.release, member).toBe("1.3.0");
    expect((await project.up(stack)).changes.size).toBe(0);
  });

  /** Kills a pod of the old release of each member without notice, as soon as a new one is there. */
  async function killPods(old: string): Promise<void> {
    const { core } = clients();
    const { namespace } = fleet;
    for (const member of members) {
      const labelSelector = `patchbay.dev/plugin=${member},patchbay.dev/role=workload`;
      await expect
        .poll(async () => (await core.listNamespacedPod({ namespace, labelSelector })).items.map(version), {
          timeout: 120_000,
          interval: 100,
        })
        .toContain("1.2.0");
      const { items } = await core.listNamespacedPod({ namespace, labelSelector });
      const victim = items.find((pod) => version(pod) === old)?.metadata?.name;
      if (victim !== undefined) await core.deleteNamespacedPod({ namespace, name: victim, gracePeriodSeconds: 0 });
    }
  }

  async function podsOf(release: string): Promise<number> {
    const { items } = await clients().core.listNamespacedPod({ namespace: fleet.namespace });
    return items.filter((pod) => version(pod) === release).length;
  }

  function version({ metadata }: { metadata?: { labels?: Record<string, string> } }): string {
    return metadata?.labels?.["app.kubernetes.io/version"] ?? "";
  }
});
