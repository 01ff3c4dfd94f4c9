import { linkSync } from "node:fs";
import { join } from "node:path";
import type { Cache } from "../cache.ts";
import { ToolchainError } from "../errors.ts";
import { installStandIns } from "../stand-in/install.ts";
import { suitablePulumi } from "../versions.ts";
import { buildProgram } from "./build.ts";
import { downloadPulumi } from "./download-pulumi.ts";
import { isExecutable } from "./executables.ts";
import { type PulumiOnPath, pulumiOnPath } from "./path.ts";
import { pulumiProgram } from "./programs.ts";
import { type Provisioning, withCacheLock } from "./provisioning.ts";
import { allowedWays, type Way } from "./ways.ts";

/** A `pulumi` program, with what belongs to it. */
export interface Cli {
  readonly pulumi: string;
  readonly origin: Way;
  /** Undefined for the user's own `pulumi`, which keeps its own. */
  readonly pulumiHome: string | undefined;
}

/** @throws ToolchainError where none of the allowed ways leads to a `pulumi` */
export async function findCli(provisioning: Provisioning): Promise<Cli> {
  const { cache, environment } = provisioning;
  const ways = allowedWays(environment);
  const onPath: PulumiOnPath = ways.includes("path") ? await pulumiOnPath(cache, environment) : { rejected: "" };
  if ("pulumi" in onPath) {
    return { pulumi: onPath.pulumi, origin: "path", pulumiHome: undefined };
  }
  const cached = cachedCli(cache, ways);
  if (cached) return cached;
  if (ways.every((way) => way === "path")) throw noneOnPath(onPath.rejected);
  return withCacheLock(provisioning, () => provision(provisioning, ways));
}

async function provision(provisioning: Provisioning, ways: readonly Way[]): Promise<Cli> {
  const { cache, progress } = provisioning;
  const meanwhile = cachedCli(cache, ways);
  if (meanwhile) return meanwhile;
  if (ways.includes("download")) {
    await downloadPulumi({ cache, progress, required: !ways.includes("build") });
    const downloaded = cachedCli(cache, ["download"]);
    if (downloaded) return downloaded;
  }
  const pulumi = await buildProgram(pulumiProgram, { cache, progress, directory: cache.bin });
  return builtCli(pulumi, cache);
}

function cachedCli(cache: Cache, ways: readonly Way[]): Cli | undefined {
  const downloaded = join(cache.distribution, "pulumi");
  if (ways.includes("download") && isExecutable(downloaded)) {
    return { pulumi: downloaded, origin: "download", pulumiHome: cache.pulumiHome };
  }
  const built = join(cache.bin, pulumiProgram.name);
  return ways.includes("build") && isExecutable(built) ? builtCli(built, cache) : undefined;
}

/**
 * A CLI that was built gets the stand-in language host. The engine warns of a language host that does not lie beside
 * it, so it gets a second name there.
 */
function builtCli(built: string, cache: Cache): Cli {
  const pulumi = join(installStandIns(cache.standIns).languageHost, pulumiProgram.name);
  if (!isExecutable(pulumi)) linkOnce(built, pulumi);
  return { pulumi, origin: "build", pulumiHome: cache.pulumiHome };
}

function linkOnce(existing: string, name: string): void {
  try {
    linkSync(existing, name);
  } catch (error) {
    if (!isExecutable(name)) throw error; // else another process was faster
  }
}

function noneOnPath(rejected: string): ToolchainError {
  return new ToolchainError({
    code: "pulumi-not-on-path",
    problem: "PATCHBAY_TOOLCHAIN=path, but the PATH has no pulumi that suits",
    found: rejected,
    expected: `pulumi ${suitablePulumi}, with pulumi-language-nodejs beside it`,
    remedy: "install it from https://www.pulumi.com/docs/install, or unset PATCHBAY_TOOLCHAIN",
  });
}
