import { existsSync } from "node:fs";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";

/** Which cluster to talk to. */
export interface Connection {
  /** Contents of a kubeconfig, or its path; the ambient one, if absent. */
  readonly kubeconfig: string | undefined;
  /** The kubeconfig's current context, if absent. */
  readonly context: string | undefined;
}

const configs = new Map<string, KubeConfig>();

/**
 * The client's configuration, one for each cluster: all plugins of an update share its connections, and what a command of the
 * user's says of credentials (`exec` in a kubeconfig).
 */
export function kubeConfig(connection: Connection): KubeConfig {
  const key = JSON.stringify([connection.kubeconfig, connection.context]);
  const config = configs.get(key) ?? load(connection);
  configs.set(key, config);
  return config;
}

function load({ kubeconfig, context }: Connection): KubeConfig {
  const config = new ConnectedKubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** Keeps its connections: the client would open a new one, with a TLS handshake, for each request. */
class ConnectedKubeConfig extends KubeConfig {
  #dispatcher: ReturnType<RequestContext["getDispatcher"]>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher !== undefined) context.setDispatcher(this.#dispatcher);
  }
}
