import { join } from "node:path";
import { imageRegistry } from "../../images/sources.ts";
import { CONTEXT } from "../kubeconfig.ts";
import type { ClusterLayout } from "../layout.ts";
import type { ClusterNetwork } from "../network.ts";
import type { ClusterSetup, RealNodeSetup } from "../setup.ts";

export const NODE_NAME = "patchbay";

/** What keeps a pod's namespaces. */
const SANDBOX_IMAGE = `${imageRegistry}/patchbay/pause:0.1.0`;

/** On the node's address. */
export const KUBE_PROXY_HEALTH_PORT = 10256;

/** Inside of the sandbox, where /run is its own. */
const CONTAINERD_STATE = "/run/containerd";

/** The configuration files of a real node, by their paths. */
export function nodeFiles({ layout, network, realNode }: ClusterSetup): Map<string, string> {
  const { node } = layout;
  if (realNode === undefined) return new Map();
  const { registryPort } = realNode;
  const local = `127.0.0.1:${registryPort}`;
  // The catalog's images come from the cluster's own registry, under the name that the catalog has.
  const mirrored = [imageRegistry, local, `localhost:${registryPort}`];
  return new Map([
    [node.containerdConfig, containerdConfig(layout, realNode)],
    ...mirrored.map((host) => [join(node.registries, host, "hosts.toml"), mirror(local)] as const),
    [join(node.cniConfig, "10-patchbay.conflist"), json(cniConfig(network))],
    [node.kubeletConfig, json(kubeletConfig(layout, network))],
    [node.kubeProxyConfig, json(kubeProxyConfig(layout, network))],
    [node.corefile, corefile(layout, network)],
    [node.resolvConf, `nameserver ${network.node}\n`],
    [node.registryConfig, json(registryConfig(layout, registryPort))],
  ]);
}

function containerdConfig({ node }: ClusterLayout, realNode: RealNodeSetup): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${JSON.stringify(node.containers)}
state = "${CONTAINERD_STATE}"

[${cri}]
disable_apparmor = true
# A machine may lack the capability that lowering the score takes.
restrict_oom_score_adj = true
sandbox_image = ${JSON.stringify(SANDBOX_IMAGE)}

[${cri}.containerd]
snapshotter = "${realNode.snapshotter}"
default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.cni]
bin_dir = ${JSON.stringify(realNode.cniPlugins)}
conf_dir = ${JSON.stringify(node.cniConfig)}

[${cri}.registry]
config_path = ${JSON.stringify(node.registries)}
`;
}

function mirror(registry: string): string {
  return `server = "http://${registry}"

[host."http://${registry}"]
capabilities = ["pull", "resolve"]
`;
}

/** Each pod has a link of its own to the node: all its traffic is routed, so that answers pass the node's NAT as well. */
function cniConfig(network: ClusterNetwork) {
  return {
    cniVersion: "1.0.0",
    name: "patchbay",
    plugins: [
      {
        type: "ptp",
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: network.pods }]],
          routes: [{ dst: "0.0.0.0/0" }],
          dataDir: "/run/cni/networks",
        },
      },
    ],
  };
}

/** The node is for trying things out: nothing is evicted, and no request to the API waits for its turn. */
function kubeletConfig(layout: ClusterLayout, network: ClusterNetwork) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: network.node,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: layout.node.clientCertificate },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${CONTAINERD_STATE}/containerd.sock`,
    clusterDNS: [network.node],
    clusterDomain: "cluster.local",
    podLogsDir: layout.node.podLogs,
    maxPods: 250,
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    evictionHard: { "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    kubeAPIQPS: 500,
    kubeAPIBurst: 1000,
  };
}

function kubeProxyConfig(layout: ClusterLayout, network: ClusterNetwork) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig: layout.kubeconfig, qps: 500, burst: 1000 },
    clusterCIDR: network.pods,
    hostnameOverride: NODE_NAME,
    healthzBindAddress: `${network.node}:${KUBE_PROXY_HEALTH_PORT}`,
    // Limits of the whole machine, which are not ours to change.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    // A pod that ends must not get requests for the second that is the default.
    iptables: { minSyncPeriod: "100ms" },
  };
}

/** Names outside of the cluster do not exist: the sandbox has no way out, and waiting for an answer would hide that. */
function corefile(layout: ClusterLayout, network: ClusterNetwork): string {
  return `cluster.local in-addr.arpa {
    bind ${network.node}
    errors
    kubernetes {
        kubeconfig ${JSON.stringify(layout.kubeconfig)} ${CONTEXT}
    }
}
. {
    bind ${network.node}
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
}

function registryConfig({ node }: ClusterLayout, port: number) {
  return {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: node.registryStorage }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
