import { versions } from "../versions.ts";

/** Where CustomResourceDefinitions come from: a folder of a Go module, which is one of a GitHub repository too. */
export interface CrdSource {
  readonly goModule: string;
  /** `owner/name` on GitHub, where the version is a tag. */
  readonly repository: string;
  /** As Go and git write it, with a `v`. */
  readonly version: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** SHA-256 over the contents of all files below, in their order: it tells one set of definitions from another. */
export const CRDS_SHA256 = "88da8c7209f783ed51719ee77a727e82798a01c0699f8edaa12b855e3bc79939";

/**
 * What Patchbay's components write, and what belongs to it. The rest of these projects' definitions would double the
 * time that a new cluster takes to start, and those of Knative that convert between versions need its webhook.
 */
export const crdSources: readonly CrdSource[] = [
  {
    goModule: "github.com/argoproj/argo-rollouts",
    repository: "argoproj/argo-rollouts",
    version: `v${versions.argoRollouts}`,
    folder: "manifests/crds",
    files: [
      "analysis-run-crd.yaml",
      "analysis-template-crd.yaml",
      "cluster-analysis-template-crd.yaml",
      "experiment-crd.yaml",
      "rollout-crd.yaml",
    ],
  },
  {
    goModule: "knative.dev/eventing",
    repository: "knative/eventing",
    version: `v${versions.knativeEventing}`,
    folder: "config/core/resources",
    files: ["broker.yaml", "channel.yaml", "eventpolicy.yaml", "subscription.yaml", "trigger.yaml"],
  },
  {
    goModule: "github.com/prometheus-operator/prometheus-operator",
    repository: "prometheus-operator/prometheus-operator",
    version: `v${versions.prometheusOperator}`,
    folder: "example/prometheus-operator-crd",
    files: [
      "monitoring.coreos.com_podmonitors.yaml",
      "monitoring.coreos.com_probes.yaml",
      "monitoring.coreos.com_prometheusrules.yaml",
      "monitoring.coreos.com_servicemonitors.yaml",
    ],
  },
  {
    goModule: "sigs.k8s.io/gateway-api",
    repository: "kubernetes-sigs/gateway-api",
    version: `v${versions.gatewayApi}`,
    folder: "config/crd/standard",
    files: [
      "gateway.networking.k8s.io_backendtlspolicies.yaml",
      "gateway.networking.k8s.io_gatewayclasses.yaml",
      "gateway.networking.k8s.io_gateways.yaml",
      "gateway.networking.k8s.io_grpcroutes.yaml",
      "gateway.networking.k8s.io_httproutes.yaml",
      "gateway.networking.k8s.io_referencegrants.yaml",
    ],
  },
];
