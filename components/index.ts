/** Components that any Pulumi program can import and compose: where plugins run, the plugins, and what they are wired to. */
export { Binding, type BindingArgs } from "./binding.ts";
export { type DeployArgs, deploy, explained } from "./deploy.ts";
export { Environment, type EnvironmentArgs } from "./environment.ts";
export { Plugin, type PluginArgs } from "./plugin.ts";
export type { Credentials, Gate, PluginParts, Projection, Realised, Target } from "./target.ts";
