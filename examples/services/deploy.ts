import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";
import type { Progress } from "../../toolchain/index.ts";
import { credentialsOf } from "./credentials.ts";
import { machineFolders } from "./machine.ts";
import { namespaceOf, type System } from "./manifests.ts";
import { claimNamespace, removeNamespaces } from "./namespaces.ts";
import { removeHopeless, untilReady } from "./readiness.ts";
import { shopSystems } from "./systems.ts";

export interface DeployOptions {
  /** Path of the kubeconfig of an embedded cluster with a real node: pods see folders of this machine. */
  readonly kubeconfig: string;
  /** Folder of the sources, with their dependencies installed. */
  readonly checkout: string;
  /** What the plugins show the systems, by service: `patchbay:credentials` in plain text. */
  readonly credentials: unknown;
  readonly progress: Progress;
  /** Whether faults can be switched on in the systems; for tests. Default: false. */
  readonly faults?: boolean;
  /** Ends the waiting; what was applied stays. */
  readonly signal?: AbortSignal;
}

const FIELD_MANAGER = "patchbay-examples";
const STARTED_WITH = "patchbay.dev/started-with";

/**
 * Starts the systems that the shop's plugins are bound to, or brings them to what this machine and the credentials say;
 * returns when they can be used. What runs as it should goes on running.
 *
 * @throws ToolchainError `postgresql-missing`, `dependencies-missing`, `credentials-missing`, `namespace-taken`,
 * `namespace-stays` or `system-failed`
 */
export async function deployServices(options: DeployOptions): Promise<void> {
  const systems = shopSystems({
    machine: machineFolders(options.checkout),
    credentials: credentialsOf(options.credentials),
    faults: options.faults ?? false,
  });
  const config = kubeConfig(options.kubeconfig);
  const names = systems.map(({ name }) => name).join(", ");
  const step = { title: `start the shop's systems (${names})`, usually: "10 s" };
  await options.progress.step(step, (report) => bringAll(config, systems, report, options.signal));
}

/** Removes the systems with their data and namespaces, and returns when they have gone. */
export async function removeServices({ kubeconfig }: Pick<DeployOptions, "kubeconfig">): Promise<void> {
  await removeNamespaces(kubeConfig(kubeconfig).makeApiClient(CoreV1Api));
}

async function bringAll(
  config: KubeConfig,
  systems: readonly System[],
  report: (detail: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const objects = config.makeApiClient(KubernetesObjectApi);
  const core = config.makeApiClient(CoreV1Api);
  const awaited = new Set(systems.map(({ name }) => name));
  const reportAwaited = () => {
    report(`waiting for ${[...awaited].join(", ")}`);
  };
  await Promise.all(
    [...new Set(systems.map(({ namespace }) => namespace))].map(async (name) => {
      await claimNamespace(core, name);
      await apply(objects, namespaceOf(name));
    }),
  );
  reportAwaited();
  const ended = new AbortController();
  const waiting = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
  const bringOne = async (system: System) => {
    await removeHopeless(config, system);
    await bring(objects, system);
    await untilReady(config, system, waiting);
    awaited.delete(system.name);
    reportAwaited();
  };
  try {
    await Promise.all(systems.map(bringOne));
  } finally {
    ended.abort(); // one that fails ends the waiting for the others
  }
}

async function bring(objects: KubernetesObjectApi, { inputs, workload, service }: System): Promise<void> {
  const versions: string[] = [];
  // The server counts a version up with each change, and leaves it where there is none.
  for (const input of inputs) versions.push((await apply(objects, input)).metadata?.resourceVersion ?? "");
  await apply(objects, service);
  await apply(objects, startedWith(versions, workload));
}

/** Pods read their inputs only once: changed ones make another pod. */
function startedWith(versions: readonly string[], workload: System["workload"]): System["workload"] {
  const { spec } = workload;
  if (spec === undefined || versions.length === 0) return workload;
  const metadata = { ...spec.template.metadata, annotations: { [STARTED_WITH]: versions.join(".") } };
  return { ...workload, spec: { ...spec, template: { ...spec.template, metadata } } };
}

function apply<T extends KubernetesObject>(objects: KubernetesObjectApi, object: T): Promise<T> {
  return objects.patch(object, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply);
}

function kubeConfig(path: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  return config;
}
