// Carries the custom resource definitions that Patchbay's components write; nothing of it is compiled.
module patchbay.dev/toolchain/crds

go 1.26

require (
	github.com/argoproj/argo-rollouts v1.10.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	knative.dev/eventing v0.46.0
	sigs.k8s.io/gateway-api v1.4.1
)
