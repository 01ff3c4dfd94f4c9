import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import { installStandIns } from "../stand-in/install.ts";
import { versions } from "../versions.ts";
import { buildProgram } from "./build.ts";
import { isReachable } from "./download.ts";
import { generateEmbeddedFiles } from "./kubernetes-provider.ts";
import { kubernetesProviderProgram } from "./programs.ts";
import { type EngineCommand, type Provisioning, withCacheLock } from "./provisioning.ts";
import { allowedWays } from "./ways.ts";

interface Plugin {
  readonly name: string;
  readonly version: string;
  /** Makes a folder with the plugin's program, where the official one cannot be had. */
  readonly substitute: (options: PluginProvisioning, directory: string) => Promise<void>;
  /** Whether what is installed is a substitute of an older Patchbay. */
  readonly isOutdated?: (options: PluginProvisioning, directory: string) => boolean;
}

interface PluginProvisioning extends Provisioning {
  readonly engine: EngineCommand;
}

const INSTALL_TIMEOUT_SECONDS = 600;
const PLUGIN_REGISTRY = "https://get.pulumi.com/releases/plugins";

const plugins: readonly Plugin[] = [
  {
    name: "kubernetes",
    version: versions.kubernetesProvider,
    substitute: async ({ cache, progress }, directory) => {
      await buildProgram(kubernetesProviderProgram, { cache, progress, directory, prepare: generateEmbeddedFiles });
    },
  },
  {
    name: "random",
    version: versions.randomProvider,
    substitute: async ({ cache }, directory) => {
      cpSync(installStandIns(cache.standIns).randomProvider, directory, { recursive: true });
      await Promise.resolve();
    },
    isOutdated: ({ cache }, directory) => {
      const program = "pulumi-resource-random";
      const installed = readFileSync(join(directory, program));
      const isScript = installed.subarray(0, 2).toString() === "#!"; // the official one is a binary
      return isScript && !installed.equals(readFileSync(join(installStandIns(cache.standIns).randomProvider, program)));
    },
  },
];

/** Sees that the engine finds the plugins that Patchbay's programs use: official ones, or substitutes. */
export async function ensurePlugins(options: PluginProvisioning): Promise<void> {
  const missing = plugins.filter((plugin) => !isInstalled(plugin, options));
  if (missing.length === 0) return;
  await withCacheLock(options, async () => {
    for (const plugin of missing) {
      if (!isInstalled(plugin, options)) await installPlugin(plugin, options);
    }
  });
}

function isInstalled(plugin: Plugin, options: PluginProvisioning): boolean {
  const directory = pluginDirectory(plugin, options);
  return existsSync(directory) && plugin.isOutdated?.(options, directory) !== true;
}

async function installPlugin(plugin: Plugin, options: PluginProvisioning): Promise<void> {
  const ways = allowedWays(options.environment);
  const mayBuild = ways.includes("build");
  const mayDownload = ways.some((way) => way !== "build");
  if (mayDownload && (!mayBuild || (await isReachable(archiveUrl(plugin))))) {
    const failure = await downloadPlugin(plugin, options);
    if (failure === undefined) return;
    if (!mayBuild) throw notInstalled(plugin, failure);
  }
  const target = pluginDirectory(plugin, options);
  const draft = join(options.cache.build, `plugin-${plugin.name}`);
  await plugin.substitute(options, draft);
  mkdirSync(join(target, ".."), { recursive: true });
  // Two steps, because the plugins' folder may lie on another disk than the cache.
  rmSync(`${target}.draft`, { recursive: true, force: true });
  cpSync(draft, `${target}.draft`, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(`${target}.draft`, target);
  rmSync(draft, { recursive: true });
}

/** Returns what went wrong, if anything did. */
async function downloadPlugin(plugin: Plugin, options: PluginProvisioning): Promise<string | undefined> {
  const { engine, environment, progress } = options;
  const { name, version } = plugin;
  return progress.step({ title: `download the ${name} provider ${version}`, usually: "20 s" }, async (report) => {
    const { status, tail } = await runCommand(engine.pulumi, ["plugin", "install", "resource", name, version], {
      env: { ...environment, ...engine.environment },
      onLine: report,
      timeoutSeconds: INSTALL_TIMEOUT_SECONDS,
    });
    return status === 0 ? undefined : tail;
  });
}

/** As the engine lays out its plugins. */
function pluginDirectory(plugin: Plugin, { engine, environment }: PluginProvisioning): string {
  const home = engine.environment["PULUMI_HOME"] ?? environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  return join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`);
}

function archiveUrl({ name, version }: Plugin): string {
  return `${PLUGIN_REGISTRY}/pulumi-resource-${name}-v${version}-${process.platform}-${process.arch}.tar.gz`;
}

function notInstalled(plugin: Plugin, found: string): ToolchainError {
  return new ToolchainError({
    code: "plugin-unavailable",
    problem: `The ${plugin.name} provider ${plugin.version} cannot be installed`,
    found: found.split("\n").slice(-3).join(" / "),
    expected: "`pulumi plugin install` to succeed",
    remedy: "check the network, or unset PATCHBAY_TOOLCHAIN, so that Go modules are tried too",
  });
}
