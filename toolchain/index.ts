/** Brings what a machine lacks: a Pulumi engine, and a Kubernetes cluster to try things on. */
export { DEMONSTRATION_PASSPHRASE, localBackend } from "./backend.ts";
export { chooseNode, type NodeChoice, nodeLine } from "./cluster/node/choice.ts";
export type { NodeKind } from "./cluster/setup.ts";
export { type Cluster, type StartOptions, startCluster } from "./cluster/start.ts";
export { type ClusterStatus, clusterStatus } from "./cluster/status.ts";
export { stopCluster } from "./cluster/stop.ts";
export { ToolchainError } from "./errors.ts";
export { type Progress, quietProgress, showProgress } from "./progress.ts";
export { type Engine, ensureEngine } from "./provision/engine.ts";
