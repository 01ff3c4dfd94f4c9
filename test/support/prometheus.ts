import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";

export interface PrometheusArgs {
  readonly kubeconfig: string;
  /** Namespace whose plugins are scraped. */
  readonly namespace: string;
  /** Address to listen on, at which the cluster's controllers reach it. */
  readonly host: string;
  readonly port: number;
}

/** A Prometheus (Debian's) that scrapes a namespace's workloads each second, labelled as the ServiceMonitors have it. */
export class Prometheus {
  readonly address: string;
  readonly #directory: string;
  readonly #process: ReturnType<typeof spawn>;
  readonly #discovery: Server;

  private constructor(address: string, directory: string, process: ReturnType<typeof spawn>, discovery: Server) {
    this.address = address;
    this.#directory = directory;
    this.#process = process;
    this.#discovery = discovery;
  }

  static async start({ kubeconfig, namespace, host, port }: PrometheusArgs): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), "patchbay-prometheus-"));
    const config = join(directory, "prometheus.yml");
    const discovery = await serveTargets(kubeconfig, namespace);
    const url = `http://127.0.0.1:${String((discovery.address() as AddressInfo).port)}/`;
    writeFileSync(config, stringify(configuration(url)));
    const address = `http://${host}:${String(port)}`;
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      `--web.listen-address=${host}:${String(port)}`,
      "--log.level=error",
    ];
    const process = spawn("prometheus", args, { stdio: "ignore" });
    const prometheus = new Prometheus(address, directory, process, discovery);
    for (let tries = 0; !(await isReady(address)); tries++) {
      if (process.exitCode !== null || tries === 100) {
        await prometheus.stop();
        throw new Error("prometheus did not start (Debian's package prometheus)");
      }
      await delay(100);
    }
    return prometheus;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.pid !== undefined) {
      this.#process.kill();
      await once(this.#process, "close");
    }
    this.#discovery.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function isReady(address: string): Promise<boolean> {
  return fetch(`${address}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Debian's Prometheus knows no Kubernetes: it asks us for the pods. */
function configuration(discovery: string): object {
  return {
    global: { scrape_interval: "1s" },
    scrape_configs: [{ job_name: "plugins", http_sd_configs: [{ url: discovery, refresh_interval: "1s" }] }],
  };
}

interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Serves a namespace's workloads as Prometheus discovers them (HTTP SD). */
async function serveTargets(kubeconfig: string, namespace: string): Promise<Server> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const server = createServer((_, response) => {
    targets(core, namespace).then(
      (groups) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(groups));
      },
      () => {
        response.statusCode = 503;
        response.end();
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function targets(core: CoreV1Api, namespace: string): Promise<TargetGroup[]> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: "patchbay.dev/role=workload" });
  return items.flatMap(({ metadata, status }) => {
    const label = (key: string) => metadata?.labels?.[key] ?? "";
    const labels = {
      namespace,
      service: label("patchbay.dev/plugin"),
      rollouts_pod_template_hash: label("rollouts-pod-template-hash"),
    };
    return status?.podIP === undefined ? [] : [{ targets: [`${status.podIP}:8080`], labels }];
  });
}
