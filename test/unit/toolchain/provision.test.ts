import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Cache, cacheOf } from "../../../toolchain/cache.ts";
import { quietProgress } from "../../../toolchain/progress.ts";
import { buildArguments } from "../../../toolchain/provision/build.ts";
import { checksumFor, downloadFile, isReachable } from "../../../toolchain/provision/download.ts";
import { downloadPulumi } from "../../../toolchain/provision/download-pulumi.ts";
import { ensureEngine, withFirst } from "../../../toolchain/provision/engine.ts";
import { goEnvironment, goVersion } from "../../../toolchain/provision/go.ts";
import { pulumiOnPath, suits } from "../../../toolchain/provision/path.ts";
import {
  controlPlanePrograms,
  pulumiProgram,
  realNodePrograms,
  simulatedNodePrograms,
} from "../../../toolchain/provision/programs.ts";
import { allowedWays } from "../../../toolchain/provision/ways.ts";
import { versions } from "../../../toolchain/versions.ts";

let folder: string;
let cache: Cache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "patchbay-provision-"));
  cache = cacheOf({ XDG_CACHE_HOME: join(folder, "cache") });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(path: string, script: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

describe("a pulumi on the PATH", () => {
  const bin = () => join(folder, "bin");
  const find = () => pulumiOnPath(cache, { PATH: `${bin()}:/usr/bin:/bin` });

  test("is used where its version suits and its language host is there; it is asked once", async () => {
    program(join(bin(), "pulumi"), `echo asked >> ${folder}/asked; echo v3.260.1`);
    program(join(bin(), "pulumi-language-nodejs"), "");

    expect(await find()).toEqual({ pulumi: join(bin(), "pulumi") });
    expect(await find()).toEqual({ pulumi: join(bin(), "pulumi") });
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("asked\n");
  });

  test("is passed over where it does not suit, with the reason", async () => {
    expect(await pulumiOnPath(cache, { PATH: bin() })).toEqual({ rejected: "no pulumi on the PATH" });

    program(join(bin(), "pulumi"), "echo v3.100.0");
    expect(await find()).toEqual({ rejected: `${bin()}/pulumi without pulumi-language-nodejs` });

    program(join(bin(), "pulumi-language-nodejs"), "");
    expect(await find()).toEqual({ rejected: `${bin()}/pulumi v3.100.0` });

    program(join(bin(), "pulumi"), "exit 1");
    expect(await find()).toEqual({ rejected: `${bin()}/pulumi of unknown version` });
  });

  test("is not our own, which `npm run env` has put there", async () => {
    program(join(cache.bin, "pulumi"), "echo v3.259.0");
    program(join(cache.bin, "pulumi-language-nodejs"), "");

    expect(await pulumiOnPath(cache, { PATH: cache.bin })).toEqual({ rejected: "no pulumi on the PATH" });
  });

  test.each([
    ["v3.258.9", false],
    ["v3.259.0", true],
    ["v3.300.0-alpha.1", true],
    ["v4.0.0", false],
    ["", false],
  ])("of version %j suits: %s", (version, expected) => {
    expect(suits(version)).toBe(expected);
  });
});

describe("the ways to a toolchain", () => {
  test("are all, or the one that the user names", () => {
    expect(allowedWays({})).toEqual(["path", "download", "build"]);
    expect(allowedWays({ PATCHBAY_TOOLCHAIN: "build" })).toEqual(["build"]);
    expect(() => allowedWays({ PATCHBAY_TOOLCHAIN: "magic" })).toThrow(
      [
        "PATCHBAY_TOOLCHAIN names no way to come by the toolchain",
        "  found     magic",
        "  expected  path, download, build",
        "  remedy    unset PATCHBAY_TOOLCHAIN to have all of them tried",
      ].join("\n"),
    );
  });

  test("end with an error where the only one leads nowhere", async () => {
    const environment = { PATCHBAY_TOOLCHAIN: "path", PATH: "/nowhere", XDG_CACHE_HOME: folder };

    await expect(ensureEngine(quietProgress, environment)).rejects.toThrow(/found {5}no pulumi on the PATH\n/);
  });
});

describe("Go", () => {
  test.each([
    ["go version go1.26.8 linux/amd64", "1.26.8"],
    ["go version go1.26rc1 darwin/arm64", "1.26.0"],
    ["go version devel +abc", undefined],
  ])("tells its version: %s", (output, version) => {
    expect(goVersion(output)).toBe(version);
  });

  test("that is missing or too old is an error that says what to do", async () => {
    await expect(goEnvironment({ PATH: join(folder, "nothing") })).rejects.toMatchObject({
      code: "go-missing",
      found: "no go on the PATH",
      expected: "go 1.26.1 or newer, or one from 1.21.0 on, which fetches it",
    });

    program(join(folder, "bin/go"), "echo go version go1.19.8 linux/amd64");
    await expect(goEnvironment({ PATH: join(folder, "bin") })).rejects.toMatchObject({
      code: "go-too-old",
      found: "go version go1.19.8 linux/amd64",
    });
  });

  test("that can fetch a newer one may, whatever its settings say", async () => {
    program(join(folder, "bin/go"), "echo go version go1.23.1 linux/amd64");

    const environment = await goEnvironment({
      PATH: join(folder, "bin"),
      GOTOOLCHAIN: "local",
      GOFLAGS: "-mod=vendor",
    });

    expect(environment).toMatchObject({ GOTOOLCHAIN: "auto", GOFLAGS: "-mod=readonly", GOWORK: "off" });
  });

  test("builds a program with the version that it is to report", () => {
    expect(buildArguments(pulumiProgram, "/out/pulumi")).toEqual([
      ...["build", "-v", "-trimpath", "-ldflags"],
      `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`,
      ...["-o", "/out/pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    ]);
    const programs = [...controlPlanePrograms, ...simulatedNodePrograms, ...realNodePrograms];
    expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
  });
});

describe("downloads", () => {
  const files = new Map<string, Buffer>();
  let server: Server;
  let url: string;

  beforeEach(async () => {
    files.clear();
    server = createServer((request, response) => {
      const file = files.get(request.url ?? "");
      response.writeHead(file ? 200 : 404).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
  });

  afterEach(() => {
    server.close();
  });

  const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

  test("are compared with their checksum", async () => {
    files.set("/file", Buffer.from("content"));
    const target = { file: join(folder, "file"), sha256: sha256(Buffer.from("content")) };

    await downloadFile(`${url}/file`, target, () => undefined);
    expect(readFileSync(target.file, "utf8")).toBe("content");

    await expect(downloadFile(`${url}/file`, { ...target, sha256: "0" }, () => undefined)).rejects.toMatchObject({
      code: "checksum-mismatch",
    });
    await expect(downloadFile(`${url}/none`, target, () => undefined)).rejects.toMatchObject({ found: "status 404" });
  });

  test("are not tried where nothing answers", async () => {
    files.set("/there", Buffer.from(""));

    expect(await isReachable(`${url}/there`)).toBe(true);
    expect(await isReachable(`${url}/gone`)).toBe(false);
    expect(await isReachable("http://127.0.0.1:1/")).toBe(false);
  });

  test("of the Pulumi CLI give an engine with the official language host", async () => {
    program(join(folder, "pulumi/pulumi"), "echo v3.259.0");
    program(join(folder, "pulumi/pulumi-language-nodejs"), "");
    const archive = `pulumi-v${versions.pulumi}-${process.platform}-${process.arch}.tar.gz`;
    execFileSync("tar", ["-czf", join(folder, archive), "-C", folder, "pulumi"]);
    const content = readFileSync(join(folder, archive));
    files.set(`/${archive}`, content);
    files.set(`/pulumi-${versions.pulumi}-checksums.txt`, Buffer.from(`${sha256(content)}  ${archive}\n`));

    await downloadPulumi({ cache, progress: quietProgress, required: true, releases: url });

    expect(existsSync(join(cache.distribution, "pulumi-language-nodejs"))).toBe(true);
    expect(existsSync(join(cache.distribution, archive))).toBe(false);
  });

  test("that cannot be had are left to the next way, unless they must be had", async () => {
    const options = { cache, progress: quietProgress, releases: url };

    await downloadPulumi({ ...options, required: false });
    expect(existsSync(cache.distribution)).toBe(false);
    await expect(downloadPulumi({ ...options, required: true })).rejects.toMatchObject({ code: "download-failed" });
  });

  test("find their checksum in a list, or alone", () => {
    expect(checksumFor("b", "aa  a\nbb *b\n")).toBe("bb");
    expect(checksumFor("kubectl", "cc\n")).toBe("cc");
    expect(() => checksumFor("c", "aa  a\n")).toThrow(/found {5}no c among the checksums/);
  });
});

test("folders go first on a path, each once", () => {
  expect(withFirst(["/b", "/c"], "/a:/b::/a")).toBe("/b:/c:/a");
});
