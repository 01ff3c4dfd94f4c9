import { join } from "node:path";
import { buildProgram } from "./build.ts";
import { downloadClusterProgram } from "./download-cluster.ts";
import { isExecutable } from "./executables.ts";
import type { Program } from "./programs.ts";
import { type Provisioning, withCacheLock } from "./provisioning.ts";
import { allowedWays } from "./ways.ts";

/**
 * Sees that the cache has programs of the embedded cluster: downloads their releases, or builds them from Go modules.
 *
 * @returns the folder they are in
 * @throws ToolchainError where neither is possible
 */
export async function ensureClusterPrograms(provisioning: Provisioning, programs: readonly Program[]): Promise<string> {
  const { cache, progress, environment } = provisioning;
  const isMissing = ({ name }: { readonly name: string }) => !isExecutable(join(cache.bin, name));
  if (!programs.some(isMissing)) return cache.bin;
  const ways = allowedWays(environment);
  await withCacheLock(provisioning, async () => {
    for (const program of programs.filter(isMissing)) {
      // An embedded cluster never uses what happens to be on the PATH: flags and data formats follow the version.
      if (ways.some((way) => way !== "build")) {
        await downloadClusterProgram(program, { cache, progress, required: !ways.includes("build") });
      }
      if (isMissing(program)) await buildProgram(program, { cache, progress, directory: cache.bin });
    }
  });
  return cache.bin;
}
