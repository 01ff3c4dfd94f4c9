import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
} from "@kubernetes/client-node";
import { inject } from "vitest";
import type { Cluster, Engine } from "../../toolchain/index.ts";

/**
 * The cluster that all integration tests of this run share, with nothing but CRDs in it at first. Tests keep to
 * namespaces of their own.
 */
export function testCluster(): Cluster {
  return inject("cluster");
}

/** The engine that integration tests drive. */
export function testEngine(): Engine {
  return inject("engine");
}

/** Clients of the shared cluster's API. */
export function testClients() {
  const config = new KubeConfig();
  config.loadFromFile(testCluster().kubeconfig);
  return {
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    network: config.makeApiClient(NetworkingV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
  };
}

/** A name for a namespace that no other test has. */
export function ownNamespace(prefix: string): string {
  return `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
}
