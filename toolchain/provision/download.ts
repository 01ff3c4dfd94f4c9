import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ToolchainError } from "../errors.ts";
import type { Report } from "../progress.ts";

const CONNECT_SECONDS = 5;

/** Whether an address answers at all, found out quickly: many networks let packets to the outside just vanish. */
export async function isReachable(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(CONNECT_SECONDS * 1000) });
    return response.ok;
  } catch {
    return false; // fetch rejects for one reason only: no answer
  }
}

/** @throws ToolchainError `download-failed` */
export async function downloadText(url: string): Promise<string> {
  const response = await answered(url);
  return response.text();
}

/**
 * Downloads a file and compares its SHA-256 (hexadecimal).
 *
 * @throws ToolchainError `download-failed` or `checksum-mismatch`
 */
export async function downloadFile(
  url: string,
  target: { readonly file: string; readonly sha256: string; readonly mode?: number },
  report: Report,
): Promise<void> {
  const response = await answered(url);
  if (!response.body) throw failed(url, "an empty answer");
  const total = Number(response.headers.get("content-length") ?? 0);
  await pipeline(counted(response.body, total, report), createWriteStream(target.file, { mode: target.mode ?? 0o644 }));
  const hash = createHash("sha256");
  await pipeline(createReadStream(target.file), hash);
  const found = hash.digest("hex");
  if (found === target.sha256) return;
  throw new ToolchainError({
    code: "checksum-mismatch",
    problem: `${url} is not what its publisher says it is`,
    found: `SHA-256 ${found}`,
    expected: `SHA-256 ${target.sha256}`,
    remedy: "try again; should it happen again, something between here and there changes downloads",
  });
}

/**
 * A file's SHA-256 in a list as `sha256sum` writes it, or in a file that holds just the one.
 *
 * @throws ToolchainError `release-incomplete`
 */
export function checksumFor(file: string, checksums: string): string {
  for (const line of checksums.split("\n")) {
    const [sha256, name = file] = line.trim().split(/\s+\*?/);
    if (name === file && sha256) return sha256;
  }
  throw new ToolchainError({
    code: "release-incomplete",
    problem: `There is no release for this machine (${process.platform} on ${process.arch})`,
    found: `no ${file} among the checksums`,
    expected: "Linux or macOS on x64 or arm64",
    remedy: "set PATCHBAY_TOOLCHAIN=build to build from Go modules instead",
  });
}

async function* counted(body: AsyncIterable<Uint8Array>, total: number, report: Report): AsyncGenerator<Uint8Array> {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    report(total > 0 ? `${megabytes(received)} of ${megabytes(total)}` : megabytes(received));
    yield chunk;
  }
}

async function answered(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    // fetch says just that it failed; why is in the cause.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw failed(url, cause instanceof Error ? cause.message : String(cause));
  }
  if (!response.ok) throw failed(url, `status ${response.status}`);
  return response;
}

function failed(url: string, found: string): ToolchainError {
  return new ToolchainError({
    code: "download-failed",
    problem: `${url} cannot be downloaded`,
    found,
    expected: "the file",
    remedy: "check the network; or unset PATCHBAY_TOOLCHAIN, so that Go modules are tried too",
  });
}
