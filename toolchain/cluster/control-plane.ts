import { existsSync, readFileSync } from "node:fs";
import { type Api, connect } from "./api.ts";
import { kubeconfig, serverUrl } from "./kubeconfig.ts";
import { type Launch, startAll, waitingFor } from "./launch.ts";
import { writePrivately } from "./settings.ts";
import { until } from "./until.ts";

/** Starts etcd and the API server, and returns a connection when it is ready to serve. */
export async function launchApiServer(launch: Launch): Promise<Api> {
  const { layout, port } = launch.setup;
  startAll(["etcd", "kube-apiserver"], launch);
  const waiting = waitingFor(["etcd", "kube-apiserver"], launch);
  const certificate = await until(() => Promise.resolve(completeCertificate(layout.certificate)), waiting);
  const access = { server: serverUrl(port), certificate, token: launch.token };
  writePrivately(layout.kubeconfig, kubeconfig(access));
  const api = connect(access);
  try {
    await until(() => isServing(api), waiting);
  } catch (error) {
    api.close();
    throw error;
  }
  return api;
}

/** Starts what creates pods and gives them nodes; returns when pods can be created. */
export async function launchControllers(api: Api, launch: Launch): Promise<void> {
  startAll(["kube-controller-manager", "kube-scheduler"], launch);
  const waiting = waitingFor(["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"], launch);
  await until(() => hasServiceAccount(api), waiting);
}

export async function isServing(api: Api): Promise<boolean> {
  try {
    return (await api.call("GET", "/readyz")).status === 200;
  } catch {
    return false; // it does not listen yet, or another server holds its port
  }
}

/** Pods cannot be created in a namespace before the controller manager has made its service account. */
async function hasServiceAccount(api: Api): Promise<boolean> {
  return (await api.call("GET", "/api/v1/namespaces/default/serviceaccounts/default")).status === 200;
}

/** kube-apiserver writes the file in one go, but a reader may come in between. */
function completeCertificate(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const content = readFileSync(file, "utf8");
  return content.trimEnd().endsWith("-----END CERTIFICATE-----") ? content : undefined;
}
