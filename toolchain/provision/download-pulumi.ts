import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cache } from "../cache.ts";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { versions } from "../versions.ts";
import { checksumFor, downloadFile, downloadText, isReachable } from "./download.ts";

export interface PulumiDownload {
  readonly cache: Cache;
  readonly progress: Progress;
  /** Whether an unreachable network is an error, rather than a reason to try another way. */
  readonly required: boolean;
  /** Where the releases are. Default: Pulumi's own. */
  readonly releases?: string;
}

const RELEASES = `https://github.com/pulumi/pulumi/releases/download/v${versions.pulumi}`;

/** Gets the official release, CLI and language hosts, into the cache; it appears there complete, or not at all. */
export async function downloadPulumi(options: PulumiDownload): Promise<void> {
  const { cache, progress } = options;
  const releases = options.releases ?? RELEASES;
  const checksumsUrl = `${releases}/pulumi-${versions.pulumi}-checksums.txt`;
  if (!options.required && !(await isReachable(checksumsUrl))) return;
  const archive = `pulumi-v${versions.pulumi}-${platform()}.tar.gz`;
  await progress.step({ title: `download the Pulumi CLI ${versions.pulumi}`, usually: "30 s" }, async (report) => {
    const sha256 = checksumFor(archive, await downloadText(checksumsUrl));
    const draft = `${cache.distribution}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    const file = join(draft, archive);
    await downloadFile(`${releases}/${archive}`, { file, sha256 }, report);
    const { status, tail } = await runCommand("tar", ["-xzf", file, "-C", draft, "--strip-components=1"]);
    if (status !== 0) throw unusable(archive, tail);
    rmSync(file);
    if (!existsSync(join(draft, "pulumi"))) throw unusable(archive, "no program named pulumi in it");
    renameSync(draft, cache.distribution);
  });
}

/** As Pulumi names its releases: `linux-x64`, `darwin-arm64`. */
function platform(): string {
  return `${process.platform}-${process.arch}`;
}

function unusable(archive: string, found: string): ToolchainError {
  return new ToolchainError({
    code: "release-unusable",
    problem: `${archive} cannot be unpacked`,
    found,
    expected: "a gzipped tar archive, and a `tar` program",
    remedy: "install tar, or set PATCHBAY_TOOLCHAIN=build",
  });
}
