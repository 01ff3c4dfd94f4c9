import { versions } from "../versions.ts";

/** A program that one of our Go modules builds. */
export interface Program {
  /** File name of the result. */
  readonly name: string;
  /** What people call it, with its version. */
  readonly title: string;
  /** Folder below `toolchain/modules`. */
  readonly module: string;
  /** Package to build, as `go build` takes it. */
  readonly package: string;
  /** Variables that the linker sets: they carry the version that the program reports. */
  readonly variables: Readonly<Record<string, string>>;
  /** How long a build takes on two cores with cold caches. */
  readonly usually: string;
}

const gitVersion = { "k8s.io/component-base/version.gitVersion": `v${versions.kubernetes}` };

function kubernetesProgram(name: string, usually: string): Program {
  return {
    name,
    title: `${name} ${versions.kubernetes}`,
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    variables: gitVersion,
    usually,
  };
}

export const pulumiProgram: Program = {
  name: "pulumi",
  title: `the Pulumi CLI ${versions.pulumi}`,
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${versions.pulumi}` },
  usually: "3 min",
};

export const kubernetesProviderProgram: Program = {
  name: "pulumi-resource-kubernetes",
  title: `the Kubernetes provider ${versions.kubernetesProvider}`,
  module: "kubernetes",
  package: "./provider",
  variables: { "main.version": versions.kubernetesProvider },
  usually: "4 to 8 min",
};

/** The embedded cluster's control plane, and `kubectl`; the first of them compiles most of what the others share. */
export const controlPlanePrograms: readonly Program[] = [
  {
    name: "etcd",
    title: `etcd ${versions.etcd}`,
    module: "kubernetes",
    package: "go.etcd.io/etcd/server/v3",
    variables: gitVersion,
    usually: "30 s",
  },
  kubernetesProgram("kube-apiserver", "3 min"),
  kubernetesProgram("kube-controller-manager", "1 min"),
  kubernetesProgram("kube-scheduler", "20 s"),
  kubernetesProgram("kubectl", "20 s"),
  {
    name: "rollouts-controller",
    title: `Argo Rollouts ${versions.argoRollouts}`,
    module: "argo-rollouts",
    package: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    variables: { "github.com/argoproj/argo-rollouts/utils/version.version": versions.argoRollouts },
    usually: "3 min",
  },
];

/** What plays the nodes of an embedded cluster. */
export const simulatedNodePrograms: readonly Program[] = [
  {
    name: "kwok",
    title: `kwok ${versions.kwok}`,
    module: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    variables: {},
    usually: "1 min",
  },
];

/** What a real node of an embedded cluster runs besides the programs of the machine. */
export const realNodePrograms: readonly Program[] = [
  kubernetesProgram("kubelet", "20 s"),
  kubernetesProgram("kube-proxy", "10 s"),
  {
    name: "coredns",
    title: `CoreDNS ${versions.coredns}`,
    module: "coredns",
    package: "github.com/coredns/coredns",
    variables: {},
    usually: "2 min",
  },
  {
    name: "registry",
    title: `the image registry Distribution ${versions.distribution}`,
    module: "registry",
    package: "github.com/distribution/distribution/v3/cmd/registry",
    variables: {},
    usually: "1 min",
  },
];
