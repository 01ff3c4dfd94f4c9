/**
 * Everything that the toolchain pins, in one place. `package.json` and `modules/<name>/go.mod` must say the same; a test
 * compares them.
 */
export const versions = {
  /** The Pulumi CLI, and npm `@pulumi/pulumi`. */
  pulumi: "3.259.0",
  /** The Kubernetes provider, and npm `@pulumi/kubernetes`. */
  kubernetesProvider: "4.25.0",
  /** The random provider, and npm `@pulumi/random`. */
  randomProvider: "4.21.2",
  kubernetes: "1.35.4",
  etcd: "3.6.5",
  kwok: "0.7.0",
  argoRollouts: "1.10.0",
  knativeEventing: "0.46.0",
  prometheusOperator: "0.85.0",
  gatewayApi: "1.4.1",
  coredns: "1.15.0",
  /** CNCF Distribution, the image registry. */
  distribution: "3.1.2",
} as const;

/** Versions of a `pulumi` of the user's that we work with. We have tried no older one with the hooks that explain failures. */
export const suitablePulumi = ">=3.259.0 <4.0.0";

/** The Go that the modules ask for. */
export const suitableGo = "1.26.1";

/** From this version on, `go` fetches the Go that a module asks for. */
export const selfUpdatingGo = "1.21.0";
