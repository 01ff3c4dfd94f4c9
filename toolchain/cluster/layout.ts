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
  readonly node: NodeLayout;
}

/** What belongs to a real node. The files are written at each start. */
export interface NodeLayout {
  readonly directory: string;
  readonly containerdConfig: string;
  /** containerd's images and snapshots. */
  readonly containers: string;
  /** How containerd comes by the images of a registry; a folder per registry. */
  readonly registries: string;
  readonly cniConfig: string;
  readonly kubeletConfig: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly kubeProxyConfig: string;
  readonly corefile: string;
  readonly resolvConf: string;
  readonly registryConfig: string;
  readonly registryStorage: string;
  /** What the API server shows the kubelet. */
  readonly clientCertificate: string;
  readonly clientKey: string;
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
    node: nodeLayoutOf(join(root, "node")),
  };
}

function nodeLayoutOf(directory: string): NodeLayout {
  return {
    directory,
    containerdConfig: join(directory, "containerd.toml"),
    containers: join(directory, "containerd"),
    registries: join(directory, "registries"),
    cniConfig: join(directory, "cni"),
    kubeletConfig: join(directory, "kubelet.json"),
    kubelet: join(directory, "kubelet"),
    podLogs: join(directory, "pod-logs"),
    kubeProxyConfig: join(directory, "kube-proxy.json"),
    corefile: join(directory, "Corefile"),
    resolvConf: join(directory, "resolv.conf"),
    registryConfig: join(directory, "registry.json"),
    registryStorage: join(directory, "registry"),
    clientCertificate: join(directory, "kubelet-client.crt"),
    clientKey: join(directory, "kubelet-client.key"),
  };
}
