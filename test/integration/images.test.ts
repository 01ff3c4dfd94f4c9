import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { defaultVerifier } from "../../components/kubernetes/verification.ts";
import { cacheOf } from "../../toolchain/cache.ts";
import { ensureImages, type ImageSet, imageReference } from "../../toolchain/images/index.ts";
import { root } from "../../toolchain/images/sources.ts";
import { showProgress } from "../../toolchain/progress.ts";

const releases = globSync(["catalog/*/*.yaml", "examples/*/catalog/*/*.yaml"], { cwd: root }).sort();

/** A cold build of everything. */
const buildTimeout = 15 * 60_000;

describe("images built from the sources", () => {
  let built: ImageSet;

  beforeAll(async () => {
    built = await ensureImages({ cache: cacheOf(), progress: showProgress(), environment: process.env });
  }, buildTimeout);

  test.each(releases)("are the ones that git pins: %s", (file) => {
    const release = parse(readFileSync(join(root, file), "utf8")) as {
      readonly image: string;
      readonly version: string;
    };
    const [, repository = ""] = /^registry\.example\.com\/([^@]+)@/.exec(release.image) ?? [];

    expect(release.image, "run `npm run images`").toBe(imageReference(built, repository, release.version));
  });

  test("are the ones that git pins: the verifier", () => {
    expect(defaultVerifier).toBe(imageReference(built, "patchbay/verifier", "0.1.0"));
  });
});
