import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ApiextensionsV1Api,
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadYaml,
} from "@kubernetes/client-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Cluster, clusterStatus, quietProgress, startCluster, stopCluster } from "../../toolchain/index.ts";
import { testCluster } from "../support/cluster.ts";

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-cluster-"));
  directories.push(directory);
  return join(directory, "cluster");
}

function start(directory: string) {
  return startCluster({ directory, progress: quietProgress, durable: false, node: "simulated" });
}

function clients(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return {
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    extensions: config.makeApiClient(ApiextensionsV1Api),
    objects: config.makeApiClient(KubernetesObjectApi),
  };
}

async function createNamespace(cluster: Cluster, name: string): Promise<void> {
  const namespace = loadYaml<KubernetesObject>(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${name} } }`);
  await clients(cluster.kubeconfig).objects.create(namespace);
}

function pids(directory: string): number[] {
  return clusterStatus(directory).programs.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
}

function livesOn(pid: number): boolean {
  return (
    spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" })
      .stdout.trim()
      .replace("Z", "") !== ""
  );
}

afterEach(async () => {
  for (const directory of directories.splice(0)) {
    await stopCluster(join(directory, "cluster"));
    rmSync(directory, { recursive: true, force: true });
  }
});

describe("the life of a cluster", () => {
  test("it starts, is found running, keeps its data and its address over a stop, and leaves no process", async () => {
    const directory = newDirectory();
    const first = await start(directory);
    expect(first.started).toBe(true);
    await createNamespace(first, "kept");

    const began = Date.now();
    expect((await start(directory)).started).toBe(false);
    expect(Date.now() - began).toBeLessThan(1000);

    const before = pids(directory);
    expect(before).toHaveLength(6);
    expect(await stopCluster(directory)).toBe(true);
    expect(before.filter(livesOn)).toEqual([]);
    expect(await stopCluster(directory)).toBe(false);

    const second = await start(directory);
    expect(second.server).toBe(first.server);
    expect((await clients(second.kubeconfig).core.readNamespace({ name: "kept" })).status?.phase).toBe("Active");
  });

  test("after kill -9 of all its processes it starts with its data", async () => {
    const directory = newDirectory();
    const cluster = await start(directory);
    await createNamespace(cluster, "kept");
    for (const pid of pids(directory)) process.kill(pid, "SIGKILL");

    const again = await start(directory);

    expect(again.started).toBe(true);
    await expect(clients(again.kubeconfig).core.readNamespace({ name: "kept" })).resolves.toBeDefined();
  });

  test("one that is half there is repaired", async () => {
    const directory = newDirectory();
    await start(directory);
    const scheduler = clusterStatus(directory).programs.find(({ name }) => name === "kube-scheduler");
    process.kill(scheduler?.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => {
      expect(clusterStatus(directory).state).toBe("partly");
    });

    await start(directory);

    expect(clusterStatus(directory).state).toBe("running");
  });

  test("two starts of one folder at once give one cluster; two folders give two", async () => {
    const [one, other] = [newDirectory(), newDirectory()];

    const [first, same, second] = await Promise.all([start(one), start(one), start(other)]);

    expect([first.started, same.started].sort()).toEqual([false, true]);
    expect(same.server).toBe(first.server);
    expect(second.server).not.toBe(first.server);
    await createNamespace(first, "mine");
    await expect(clients(second.kubeconfig).core.readNamespace({ name: "mine" })).rejects.toThrow(/404/);
  });

  test("Ctrl-C while it starts leaves no process behind", async () => {
    const directory = newDirectory();
    const program = `
      import { quietProgress, startCluster } from ${JSON.stringify(join(import.meta.dirname, "../../toolchain/index.ts"))};
      await startCluster({ directory: ${JSON.stringify(directory)}, progress: quietProgress, node: "simulated" });
    `;
    const starter = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], { stdio: "ignore" });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      starter.once("close", (_code, signal) => {
        resolve(signal);
      });
    });
    await vi.waitFor(
      () => {
        expect(pids(directory).length).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 10 },
    );
    const begun = pids(directory);

    starter.kill("SIGINT");

    expect(await ended).toBe("SIGINT");
    expect([...begun, ...pids(directory)].filter(livesOn)).toEqual([]);
    expect(clusterStatus(directory).state).toBe("stopped");
  });

  test("what gives access to it is its owner's alone", async () => {
    const { directory } = await start(newDirectory());
    const secrets = [
      "settings.json",
      "tokens.csv",
      "service-account.key",
      "kubeconfig.yaml",
      "certificates/apiserver.key",
    ];

    for (const file of secrets) expect(statSync(join(directory, file)).mode & 0o077, file).toBe(0);
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(readdirSync(directory)).toContain("etcd:0");
  });
});

describe("what a cluster offers", () => {
  const cluster = testCluster();
  const { core, apps, batch, extensions, objects } = clients(cluster.kubeconfig);
  let count = 0;

  async function newNamespace(): Promise<string> {
    const namespace = `cluster-test-${count++}`;
    await createNamespace(cluster, namespace);
    await vi.waitFor(() => core.readNamespacedServiceAccount({ namespace, name: "default" }), { timeout: 10_000 });
    return namespace;
  }

  async function createDeployment(simulate = "nothing"): Promise<string> {
    const namespace = await newNamespace();
    const deployment = loadYaml<KubernetesObject>(`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: it, namespace: ${namespace} }
      spec:
        replicas: 2
        selector: { matchLabels: { app: it } }
        template:
          metadata: { labels: { app: it, patchbay.dev/role: workload } }
          spec: { containers: [{ name: it, image: example.com/it, env: [{ name: SIMULATE, value: ${simulate} }] }] }
    `);
    await objects.create(deployment);
    return namespace;
  }

  async function createJob(simulate = "nothing"): Promise<string> {
    const namespace = await newNamespace();
    const job = loadYaml<KubernetesObject>(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: it, namespace: ${namespace} }
      spec:
        backoffLimit: 0
        template:
          metadata: { labels: { patchbay.dev/role: task } }
          spec:
            restartPolicy: Never
            containers: [{ name: it, image: example.com/it, env: [{ name: SIMULATE, value: ${simulate} }] }]
    `);
    await objects.create(job);
    return namespace;
  }

  async function pods(namespace: string) {
    return (await core.listNamespacedPod({ namespace })).items;
  }

  test("the definitions that our components use are served", async () => {
    const { items } = await extensions.listCustomResourceDefinition();
    const established = items
      .filter(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True"),
      )
      .map(({ metadata }) => metadata?.name);

    expect(established).toEqual(
      expect.arrayContaining([
        "analysisruns.argoproj.io",
        "analysistemplates.argoproj.io",
        "brokers.eventing.knative.dev",
        "clusteranalysistemplates.argoproj.io",
        "experiments.argoproj.io",
        "httproutes.gateway.networking.k8s.io",
        "prometheusrules.monitoring.coreos.com",
        "rollouts.argoproj.io",
        "servicemonitors.monitoring.coreos.com",
        "triggers.eventing.knative.dev",
      ]),
    );
  });

  test("a Deployment becomes available", async () => {
    const namespace = await createDeployment();

    await vi.waitFor(
      async () => {
        const { status } = await apps.readNamespacedDeployment({ namespace, name: "it" });
        expect(status?.availableReplicas).toBe(2);
      },
      { timeout: 20_000 },
    );
  });

  test("a Rollout becomes healthy", async () => {
    const namespace = await newNamespace();
    const rollout = loadYaml<KubernetesObject & { status?: { phase?: string } }>(`
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: { name: it, namespace: ${namespace} }
      spec:
        replicas: 2
        strategy: { canary: { steps: [{ setWeight: 50 }] } }
        selector: { matchLabels: { app: it } }
        template:
          metadata: { labels: { app: it, patchbay.dev/role: workload } }
          spec: { containers: [{ name: it, image: example.com/it }] }
    `);
    await objects.create(rollout);

    await vi.waitFor(
      async () => {
        const read = await objects.read<typeof rollout>({ ...rollout, metadata: { namespace, name: "it" } });
        expect(read.status?.phase).toBe("Healthy");
      },
      { timeout: 20_000 },
    );
  });

  test("never-ready pods run without getting ready", async () => {
    const namespace = await createDeployment("never-ready");

    await vi.waitFor(
      async () => {
        expect((await pods(namespace)).map(({ status }) => status?.phase)).toEqual(["Running", "Running"]);
      },
      { timeout: 20_000 },
    );
    const ready = (await pods(namespace)).map(({ status }) => status?.containerStatuses?.[0]?.ready);
    expect(ready).toEqual([false, false]);
    expect((await apps.readNamespacedDeployment({ namespace, name: "it" })).status?.availableReplicas).toBeUndefined();
  });

  test("crash-loop pods wait in CrashLoopBackOff, and no more of them are made", async () => {
    const namespace = await createDeployment("crash-loop");

    await vi.waitFor(
      async () => {
        const reasons = (await pods(namespace)).map(
          ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason,
        );
        expect(reasons).toEqual(["CrashLoopBackOff", "CrashLoopBackOff"]);
      },
      { timeout: 20_000 },
    );
  });

  test("a Job completes, unless its pod is to fail", async () => {
    const [good, bad] = [await createJob(), await createJob("fail-task")];

    await vi.waitFor(
      async () => {
        expect((await batch.readNamespacedJob({ namespace: good, name: "it" })).status?.succeeded).toBe(1);
        expect((await batch.readNamespacedJob({ namespace: bad, name: "it" })).status?.failed).toBe(1);
      },
      { timeout: 20_000 },
    );
    const [pod] = await pods(bad);
    expect(pod?.status?.phase).toBe("Failed");
    expect(pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(1);
  });
});
