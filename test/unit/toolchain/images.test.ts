import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { imageReference, pushImages } from "../../../toolchain/images/index.ts";
import {
  architectures,
  buildArguments,
  imageRegistry,
  imageSources,
  lastPart,
  reproducible,
  root,
  sourcesHash,
} from "../../../toolchain/images/sources.ts";

const releases = globSync(["catalog/*/*.yaml", "examples/*/catalog/*/*.yaml"], { cwd: root }).sort();

const modules = [...new Set(imageSources.map(({ module }) => module))];

describe("the images", () => {
  test.each(releases)("include that of %s", (file) => {
    const release = parse(readFileSync(join(root, file), "utf8")) as {
      readonly image: string;
      readonly version: string;
    };
    const built = imageSources.map(({ repository, version }) => `${imageRegistry}/${repository} ${version}`);

    expect(built).toContain(`${release.image.split("@")[0] ?? ""} ${release.version}`);
  });

  test("are each listed once", () => {
    const names = imageSources.map(({ repository, version }) => `${repository}:${version}`);

    expect(new Set(names).size).toBe(names.length);
  });

  test("are built by a Go that suits their modules, with nothing of the machine in them", () => {
    for (const architecture of architectures) {
      expect(reproducible(architecture)).toMatchObject({ GOOS: "linux", GOARCH: architecture, CGO_ENABLED: "0" });
    }
    const go = reproducible("amd64")["GOTOOLCHAIN"] ?? "";
    for (const module of modules) {
      const [, asked = "none"] = /^go (\S+)$/m.exec(readFileSync(join(root, module, "go.mod"), "utf8")) ?? [];
      expect(semver.gte(go.slice("go".length), semver.coerce(asked) ?? "none"), module).toBe(true);
    }
    const [source] = imageSources;
    expect(source && buildArguments(source, "/out")).toEqual([
      ...["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.version=2.4.0"],
      ...["-o", "/out", "./payment-gateway"],
    ]);
  });

  test("are known by a hash of what they are made of", () => {
    expect(sourcesHash()).toMatch(/^[0-9a-f]{16}$/);
    expect(sourcesHash()).toBe(sourcesHash());
  });
});

describe("a set of images", () => {
  const image = { name: "registry.example.com/shop/tax-calculator", tag: "1.3.0", digest: `sha256:${"a".repeat(64)}` };
  const set = { images: [image], directory: "/nowhere" };

  test("names one by its digest", () => {
    expect(imageReference(set, "shop/tax-calculator", "1.3.0")).toBe(`${image.name}@${image.digest}`);
    expect(lastPart(image.name)).toBe("tax-calculator");
  });

  test("says which versions there are", () => {
    expect(() => imageReference(set, "shop/tax-calculator", "9.9.9")).toThrow(
      "There is no image shop/tax-calculator 9.9.9\n  found     1.3.0\n",
    );
    expect(() => imageReference(set, "shop/other", "1.3.0")).toThrow("found     no version of it");
  });

  test("that cannot be pushed is an error that names the registry", async () => {
    await expect(pushImages(set, { registry: "127.0.0.1:1" })).rejects.toMatchObject({
      code: "push-failed",
      message: expect.stringContaining("The images cannot be pushed to 127.0.0.1:1\n") as unknown,
    });
  });
});
