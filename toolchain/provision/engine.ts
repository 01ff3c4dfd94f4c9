import { delimiter, dirname } from "node:path";
import { type Cache, cacheOf } from "../cache.ts";
import type { Progress } from "../progress.ts";
import { type Cli, findCli } from "./cli.ts";
import { findExecutable } from "./executables.ts";
import { ensurePlugins } from "./plugins.ts";
import type { EngineCommand } from "./provisioning.ts";

/** A Pulumi engine that works here, with the plugins that Patchbay's programs need. */
export interface Engine extends EngineCommand {
  /** Whence it came: the user's own, downloaded, or built from Go modules. */
  readonly origin: "path" | "download" | "build";
}

/**
 * Finds a Pulumi engine, or gets one: the user's own `pulumi` where it suits, else the official release from the
 * Internet, else a build from Go modules. What was downloaded or built stays in the cache: the next call is instant.
 *
 * `PATCHBAY_TOOLCHAIN=path|download|build` allows just one of the three ways.
 *
 * @throws ToolchainError that says what was found, what is expected and what to do.
 */
export async function ensureEngine(progress: Progress, environment: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const cache = cacheOf(environment);
  const cli = await findCli({ cache, progress, environment });
  const engine = { pulumi: cli.pulumi, origin: cli.origin, environment: engineEnvironment(cli, cache, environment) };
  await ensurePlugins({ engine, cache, progress, environment });
  return engine;
}

function engineEnvironment(cli: Cli, cache: Cache, environment: NodeJS.ProcessEnv): Record<string, string> {
  const path = environment["PATH"];
  // The engine's plugins are started with the `node` of the PATH, which may be too old for our sources.
  const node = findExecutable("node", path) === process.execPath ? [] : [dirname(process.execPath)];
  return {
    PATH: withFirst([dirname(cli.pulumi), cache.bin, ...node], path ?? ""),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Takes a fifth off the time of a preview.
    NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] ?? cache.compiled,
    ...(cli.pulumiHome !== undefined && { PULUMI_HOME: cli.pulumiHome }),
  };
}

/** The path with `folders` at its start, each once. */
export function withFirst(folders: readonly string[], path: string): string {
  return [...new Set([...folders, ...path.split(delimiter)])].filter((folder) => folder !== "").join(delimiter);
}
