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

function controlPlane(name: string, usually: string): Program {
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

/** What the embedded cluster runs, and `kubectl`; the first of them compiles most of what the others share. */
export const clusterPrograms: readonly Program[] = [
  {
    name: "etcd",
    title: `etcd ${versions.etcd}`,
    module: "kubernetes",
    package: "go.etcd.io/etcd/server/v3",
    variables: gitVersion,
    usually: "30 s",
  },
  controlPlane("kube-apiserver", "3 min"),
  controlPlane("kube-controller-manager", "1 min"),
  controlPlane("kube-scheduler", "20 s"),
  controlPlane("kubectl", "20 s"),
  {
    name: "kwok",
    title: `kwok ${versions.kwok}`,
    module: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    variables: {},
    usually: "1 min",
  },
];
