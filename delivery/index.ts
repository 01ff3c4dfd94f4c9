/** Drives the engine: previews and updates an environment, and says how it fares afterwards. */
export { changeMessage } from "./change-message.ts";
export { type EngineContext, EnvironmentStack, type Output } from "./stack.ts";
export { type PluginStatus, pluginStatuses } from "./status.ts";
export type { Wiring } from "./wiring.ts";
