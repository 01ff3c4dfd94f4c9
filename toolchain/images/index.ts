/** Images of the verifier and of the example plugins, built without Docker. The same sources make the same digests everywhere. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import { type Provisioning, withCacheLock } from "../provision/provisioning.ts";
import { buildImages } from "./build.ts";
import { imageRegistry, sourcesHash } from "./sources.ts";

export interface Image {
  /** With the registry, without tag or digest: `registry.example.com/shop/payment-gateway`. */
  readonly name: string;
  /** The version. */
  readonly tag: string;
  /** `sha256:<hex>` of the index, which stands for all platforms. */
  readonly digest: string;
}

/** The images that there are, as an OCI image layout in the cache. */
export interface ImageSet {
  readonly images: readonly Image[];
  readonly directory: string;
}

/**
 * Images of this checkout's sources, from the cache where they are there already.
 *
 * @throws ToolchainError `go-missing`, `go-too-old`, `build-failed` or `image-failed`
 */
export async function ensureImages(provisioning: Provisioning): Promise<ImageSet> {
  const directory = join(provisioning.cache.directory, "images", sourcesHash());
  if (!existsSync(directory)) {
    await withCacheLock(provisioning, async () => {
      if (!existsSync(directory)) await buildImages(provisioning, directory);
    });
  }
  return { images: JSON.parse(await readFile(join(directory, "images.json"), "utf8")) as Image[], directory };
}

/**
 * Pushes all images, under their repositories' names, to another registry than their own.
 *
 * @param registry `host:port`; by plain HTTP where it is on loopback
 * @throws ToolchainError `push-failed`
 */
export async function pushImages({ directory }: ImageSet, { registry }: { readonly registry: string }): Promise<void> {
  const args = ["push", "--layout", join(directory, "layout"), "--to", registry];
  const { status, tail } = await runCommand(join(directory, "images"), args);
  if (status === 0) return;
  throw new ToolchainError({
    code: "push-failed",
    problem: `The images cannot be pushed to ${registry}`,
    found: tail.split("\n").slice(-3).join(" / "),
    expected: "a registry that takes them (OCI Distribution 1.1)",
    remedy: "see that the registry runs, and has space left",
  });
}

/**
 * An image by its digest, as a release names it: `registry.example.com/shop/payment-gateway@sha256:…`.
 *
 * @param repository without the registry: `shop/payment-gateway`
 */
export function imageReference({ images }: ImageSet, repository: string, version: string): string {
  const name = `${imageRegistry}/${repository}`;
  const image = images.find((one) => one.name === name && one.tag === version);
  if (image) return `${name}@${image.digest}`;
  throw new ToolchainError({
    code: "image-unknown",
    problem: `There is no image ${repository} ${version}`,
    found:
      images
        .filter((one) => one.name === name)
        .map(({ tag }) => tag)
        .join(", ") || "no version of it",
    expected: "an image that toolchain/images/sources.ts lists",
    remedy: "add it there",
  });
}
