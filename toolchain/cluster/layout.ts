import { join, resolve } from "node:path";

/** Where a cluster keeps its things. The folder is the owner's alone: the API server's token and etcd's socket lie in it. */
export interface ClusterLayout {
  readonly directory: string;
  readonly settings: string;
  readonly processes: string;
  readonly kubeconfig: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  /** Where kube-apiserver puts the certificate that it makes for itself. */
  readonly certificates: string;
  readonly certificate: string;
  readonly data: string;
  readonly stages: string;
  readonly logs: string;
  readonly lock: string;
}

export function layoutOf(directory: string): ClusterLayout {
  const root = resolve(directory);
  const certificates = join(root, "certificates");
  return {
    directory: root,
    settings: join(root, "settings.json"),
    processes: join(root, "processes.json"),
    kubeconfig: join(root, "kubeconfig.yaml"),
    tokens: join(root, "tokens.csv"),
    serviceAccountKey: join(root, "service-account.key"),
    certificates,
    certificate: join(certificates, "apiserver.crt"),
    data: join(root, "etcd"),
    stages: join(root, "stages.yaml"),
    logs: join(root, "logs"),
    lock: join(root, "lock"),
  };
}
