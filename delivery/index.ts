/** Drives the engine: previews and updates an environment, takes back what fails, and says how it fares afterwards. */
export { actorOf } from "./actor.ts";
export { changeMessage } from "./change-message.ts";
export type { Difference } from "./config/differences.ts";
export { StackFile } from "./config/stack-file.ts";
export { deploy, type Outcome } from "./deploy.ts";
export type { ChangedField } from "./drift/compare.ts";
export { type Drift, type DriftSource, findDrift, undoDrift } from "./drift/drift.ts";
export { type EngineContext, EnvironmentStack, type Output } from "./stack.ts";
export { type PluginStatus, pluginStatuses } from "./status.ts";
export type { Wiring } from "./wiring.ts";
