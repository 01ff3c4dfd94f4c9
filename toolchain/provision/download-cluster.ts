import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cache } from "../cache.ts";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { versions } from "../versions.ts";
import { checksumFor, downloadFile, downloadText, isReachable } from "./download.ts";
import type { Program } from "./programs.ts";

export interface ClusterDownload {
  readonly cache: Cache;
  readonly progress: Progress;
  /** Whether an unreachable network is an error, rather than a reason to build. What has no release is built anyway. */
  readonly required: boolean;
}

/** Where a program's release is. */
interface Release {
  readonly url: string;
  /** Holds the file's SHA-256, alone or in a list. */
  readonly checksums: string;
  /** The program's path in the archive; undefined where the file is the program itself. */
  readonly member?: string;
}

/** Gets a program's official release into the cache, if there is one for this machine and it can be reached. */
export async function downloadClusterProgram(program: Program, options: ClusterDownload): Promise<void> {
  const release = releaseOf(program.name);
  if (!release) return;
  if (!(await isReachable(release.checksums))) {
    if (options.required) throw notReachable(program, release);
    return;
  }
  const { cache, progress } = options;
  await progress.step({ title: `download ${program.title}`, usually: "10 s" }, async (report) => {
    const file = release.url.slice(release.url.lastIndexOf("/") + 1);
    const sha256 = checksumFor(file, await downloadText(release.checksums));
    const folder = join(cache.build, `download-${program.name}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    mkdirSync(cache.bin, { recursive: true });
    await downloadFile(release.url, { file: join(folder, file), sha256, mode: 0o755 }, report);
    if (release.member !== undefined) await unpack(join(folder, file), folder);
    renameSync(join(folder, release.member ?? file), join(cache.bin, program.name));
    rmSync(folder, { recursive: true });
  });
}

function releaseOf(program: string): Release | undefined {
  const { platform } = process;
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  if (program === "etcd") {
    const releases = `https://github.com/etcd-io/etcd/releases/download/v${versions.etcd}`;
    const name = `etcd-v${versions.etcd}-${platform}-${architecture}`;
    // On macOS etcd comes as a zip, which nothing here unpacks; it builds in half a minute.
    if (platform !== "linux") return undefined;
    return { url: `${releases}/${name}.tar.gz`, checksums: `${releases}/SHA256SUMS`, member: `${name}/etcd` };
  }
  // All the others are built: kwok publishes no checksums, and Argo Rollouts its controller as an image only.
  if (!program.startsWith("kube")) return undefined;
  // Kubernetes has no servers for other systems than Linux.
  if (platform !== "linux" && program !== "kubectl") return undefined;
  const url = `https://dl.k8s.io/release/v${versions.kubernetes}/bin/${platform}/${architecture}/${program}`;
  return { url, checksums: `${url}.sha256` };
}

async function unpack(archive: string, folder: string): Promise<void> {
  const { status, tail } = await runCommand("tar", ["-xzf", archive, "-C", folder]);
  if (status === 0) return;
  throw new ToolchainError({
    code: "release-unusable",
    problem: `${archive} cannot be unpacked`,
    found: tail,
    expected: "a gzipped tar archive, and a `tar` program",
    remedy: "install tar, or set PATCHBAY_TOOLCHAIN=build",
  });
}

function notReachable(program: Program, release: Release): ToolchainError {
  return new ToolchainError({
    code: "download-failed",
    problem: `${program.title} cannot be downloaded`,
    found: `no answer from ${release.checksums}`,
    expected: "a release with checksums",
    remedy: "unset PATCHBAY_TOOLCHAIN, so that Go modules are tried too",
  });
}
