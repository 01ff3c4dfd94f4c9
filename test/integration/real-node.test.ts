/**
 * The embedded cluster's real node. Skipped where the machine cannot run containers, unless PATCHBAY_TEST_NODE=required.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, KubeConfig, type KubernetesObject, KubernetesObjectApi, loadYaml } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { chooseNode } from "../../toolchain/cluster/node/choice.ts";
import { type Cluster, clusterStatus, quietProgress, startCluster, stopCluster } from "../../toolchain/index.ts";

const isRequired = process.env["PATCHBAY_TEST_NODE"] === "required";
const isPossible = (await chooseNode("auto", { PATH: process.env["PATH"] })).kind === "real";

const IMAGES = "registry.example.com";

describe.skipIf(!isRequired && !isPossible)("a real node", () => {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-node-"));
  const directory = join(folder, "cluster");
  const outside = { before: "", filters: "" };
  let cluster: Cluster;

  const start = () => startCluster({ directory, progress: quietProgress, durable: false, node: "real" });

  function config(): KubeConfig {
    const loaded = new KubeConfig();
    loaded.loadFromFile(cluster.kubeconfig);
    return loaded;
  }
  const core = () => config().makeApiClient(CoreV1Api);
  const create = (yaml: string) => config().makeApiClient(KubernetesObjectApi).create(loadYaml<KubernetesObject>(yaml));

  async function phaseOf(name: string): Promise<string | undefined> {
    return (await core().readNamespacedPod({ namespace: "default", name })).status?.phase;
  }

  const answer = async () => {
    const service = await core().readNamespacedService({ namespace: "default", name: "tax" });
    const response = await fetch(`http://${service.spec?.clusterIP ?? ""}/rates/DE`, {
      signal: AbortSignal.timeout(1000),
    });
    return response.status;
  };

  beforeAll(async () => {
    outside.before = traces();
    outside.filters = packetFilters();
    cluster = await start();
    await create(`
      apiVersion: v1
      kind: Pod
      metadata: { name: tax, labels: { app: tax } }
      spec: { containers: [{ name: it, image: ${IMAGES}/shop/tax-calculator:1.3.0 }] }
    `);
    await create(`
      apiVersion: v1
      kind: Service
      metadata: { name: tax }
      spec: { selector: { app: tax }, ports: [{ port: 80, targetPort: 8080 }] }
    `);
  });

  afterAll(async () => {
    await stopCluster(directory);
    rmSync(folder, { recursive: true, force: true });
  });

  test("is the only one, and says what it is", async () => {
    const { items } = await core().listNode();

    expect(items.map(({ metadata }) => metadata?.name)).toEqual(["patchbay"]);
    expect(items[0]?.status?.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:/);
    expect(cluster.node).toEqual({ kind: "real", because: expect.stringMatching(/^containerd \d/) as string });
    expect(clusterStatus(directory)).toMatchObject({ state: "running", registry: cluster.registry });
  });

  test("runs an image that answers over its service, from the machine", async () => {
    await vi.waitFor(
      async () => {
        expect(await answer()).toBe(200);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  test("and from another pod, by the service's name", async () => {
    const plan = {
      plugin: "tax-calculator",
      version: "1.3.0",
      url: "http://tax.default.svc.cluster.local",
      checks: [{ path: "/rates/DE", status: 200, timeoutSeconds: 20 }],
      bindings: [],
    };
    await create(`
      apiVersion: v1
      kind: Pod
      metadata: { name: verifier }
      spec:
        restartPolicy: Never
        containers:
          - name: it
            image: ${IMAGES}/patchbay/verifier:0.1.0
            args: [verify]
            env: [{ name: PATCHBAY_VERIFICATION, value: '${JSON.stringify(plan)}' }]
    `);

    await vi.waitFor(
      async () => {
        expect(await phaseOf("verifier")).toMatch(/Succeeded|Failed/);
      },
      { timeout: 40_000 },
    );
    const log = await core().readNamespacedPodLog({ namespace: "default", name: "verifier" });
    expect(log).toContain("1 of 1 checks passed");
    expect(await phaseOf("verifier")).toBe("Succeeded");
  });

  test("lets nobody but the API server at its kubelet", async () => {
    const [address] = (await core().listNode()).items[0]?.status?.addresses ?? [];

    expect(await statusWithoutCredentials(`https://${address?.address ?? ""}:10250/pods`)).toBe(401);
  });

  test("fails fast where an image is missing", async () => {
    await create(`
      apiVersion: v1
      kind: Pod
      metadata: { name: missing }
      spec: { containers: [{ name: it, image: ${IMAGES}/shop/none:1.0.0 }] }
    `);

    await vi.waitFor(
      async () => {
        const { status } = await core().readNamespacedPod({ namespace: "default", name: "missing" });
        expect(status?.containerStatuses?.[0]?.state?.waiting?.reason).toMatch(/ErrImagePull|ImagePullBackOff/);
      },
      { timeout: 10_000 },
    );
    await core().deleteNamespacedPod({ namespace: "default", name: "missing" });
  });

  test.each(["kubelet", "containerd", "sandbox"])("is repaired after kill -9 of %s", async (name) => {
    process.kill(clusterStatus(directory).programs.find((program) => program.name === name)?.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => {
      expect(clusterStatus(directory).state).toBe("partly");
    });

    expect((await start()).started).toBe(true);

    await vi.waitFor(
      async () => {
        expect(await answer()).toBe(200);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  test("is there again after kill -9 of all", async () => {
    for (const { pid } of clusterStatus(directory).programs) if (pid !== undefined) process.kill(pid, "SIGKILL");

    await start();

    await vi.waitFor(
      async () => {
        expect(await answer()).toBe(200);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  test("gives way to simulated nodes in the same folder, and comes back", async () => {
    const simulated = await startCluster({ directory, progress: quietProgress, durable: false, node: "simulated" });

    expect(simulated.node.kind).toBe("simulated");
    const names = (await core().listNode()).items.map(({ metadata }) => metadata?.name);
    expect(names.sort()).toEqual(["node-a", "node-b", "node-c"]);
    expect(traces()).toBe(outside.before);

    await start();
    expect((await core().listNode()).items.map(({ metadata }) => metadata?.name)).toEqual(["patchbay"]);
  });

  test("leaves nothing behind when it is stopped, and never touches the machine's packet filters", async () => {
    expect(packetFilters()).toBe(outside.filters);

    expect(await stopCluster(directory)).toBe(true);

    expect(traces()).toBe(outside.before);
    expect(packetFilters()).toBe(outside.filters);
    expect(processesOf(directory)).toEqual([]);
    expect(readdirSync(join(directory, "node", "containerd")).length).toBeGreaterThan(0);
  });
});

/** The status that a server of whatever certificate answers with. */
function statusWithoutCredentials(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once("error", reject);
  });
}

/** What a node could leave on the machine besides processes. */
function traces(): string {
  const folders = ["/run/netns", "/run/containerd", "/var/lib/kubelet", "/var/lib/cni", "/var/log/pods"];
  const hierarchies = readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name));
  const cgroups = ["/sys/fs/cgroup", ...hierarchies].flatMap((hierarchy) => namesIn(hierarchy));
  return [
    readFileSync("/proc/self/mountinfo", "utf8"),
    readFileSync("/proc/net/route", "utf8"),
    readdirSync("/sys/class/net").join(" "),
    folders.map((path) => `${path}: ${namesIn(path).join(" ")}`).join("\n"),
    cgroups.filter((name) => name.startsWith("patchbay-") || name === "k8s.io").join(" "),
  ].join("\n");
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // missing, or no folder
  }
}

/** Commands of all processes that name the cluster's folder, or run its containers. */
function processesOf(directory: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => (existsSync(`/proc/${pid}/cmdline`) ? commandOf(pid) : ""))
    .filter((command) => command.includes(directory) || command.includes("containerd-shim"));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended
  }
}

/** The rules of the machine; the counters and times aside. */
function packetFilters(): string {
  const { stdout } = spawnSync("iptables-save", { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}
