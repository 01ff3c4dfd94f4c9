import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";

/** Which cluster to talk to. */
export interface Connection {
  /** Contents of a kubeconfig, or its path; the ambient one, if absent. */
  readonly kubeconfig: string | undefined;
  /** The kubeconfig's current context, if absent. */
  readonly context: string | undefined;
}

export function kubeConfig({ kubeconfig, context }: Connection): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}
