import * as pulumi from "@pulumi/pulumi";
import { type Model, PatchbayError, type ResolvedPlugin } from "../model/index.ts";
import { Environment, type EnvironmentArgs } from "./environment.ts";
import { Plugin, type PluginArgs } from "./plugin.ts";

export interface DeployArgs extends Omit<EnvironmentArgs, "environment"> {
  /** Credentials by service. Always treated as secret. */
  readonly credentials?: NonNullable<PluginArgs["credentials"]>;
}

/** A whole model as components: the environment, and its plugins in dependency order, by name. */
export function deploy(
  model: Model,
  { credentials, ...args }: DeployArgs = {},
): { environment: Environment; plugins: ReadonlyMap<string, Plugin> } {
  const environment = new Environment(model.environment.name, { ...args, environment: model.environment });
  const plugins = new Map<string, Plugin>();
  for (const plugin of model.plugins) {
    const requires = requiredBy(plugin).flatMap((name) => plugins.get(name) ?? []);
    plugins.set(
      plugin.name,
      new Plugin(
        plugin.name,
        { environment, plugin, requires, ...(credentials && { credentials }) },
        { parent: environment },
      ),
    );
  }
  return { environment, plugins };
}

function requiredBy({ bindings }: ResolvedPlugin): string[] {
  return bindings.flatMap((binding) => (binding.kind === "plugin" ? [binding.name] : []));
}

/**
 * Runs a step of a program so that its user reads every problem, and no stack trace.
 *
 * @throws pulumi.RunError, which the engine prints as it is.
 */
export function explained<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    throw new pulumi.RunError(`\n${error.message}\n`);
  }
}
