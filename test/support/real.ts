import { setTimeout as delay } from "node:timers/promises";
import { ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { inject } from "vitest";
import { anyDigest } from "./documents.ts";
import type { RealCluster } from "./real-setup.ts";

/** The cluster that all tests on a real node share. Tests keep to namespaces of their own, and remove them. */
export function realCluster(): RealCluster {
  return inject("realCluster");
}

/** Images of a repository by their versions, as releases name them: `shop/tax-calculator`. */
export function realImages(repository: string): Readonly<Record<string, string>> {
  const images = realCluster().images.filter(({ name }) => name.endsWith(`/${repository}`));
  return Object.fromEntries(images.map(({ name, tag, digest }) => [tag, `${name}@${digest}`]));
}

/** A small plugin's images by their versions; that of 9.9.9 is in no registry. */
export function fleetImages(): Readonly<Record<string, string>> {
  return { ...realImages("shop/tax-calculator"), "9.9.9": `registry.example.com/shop/tax-calculator@${anyDigest()}` };
}

/** Removes a namespace with everything in it, and returns when it has gone. */
export async function removeNamespace(name: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(realCluster().kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  try {
    await core.deleteNamespace({ name, gracePeriodSeconds: 0 });
    for (;;) {
      await core.readNamespace({ name });
      await delay(100);
    }
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
  }
}
