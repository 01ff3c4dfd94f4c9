import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import language from "@pulumi/pulumi/proto/language_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { optionsEnvironment, runtimeOptions } from "../../../toolchain/language-host/options.ts";
import { providerPackages } from "../../../toolchain/language-host/packages.ts";
import { pluginCommand } from "../../../toolchain/language-host/run-plugin.ts";
import { outcome, programArguments } from "../../../toolchain/language-host/run-program.ts";

let program: string;

beforeEach(() => {
  program = mkdtempSync(join(tmpdir(), "patchbay-program-"));
  addPackage("@pulumi/pulumi", {});
  for (const runner of ["run", "run-plugin", "run-policy-pack"]) {
    const folder = join(program, "node_modules/@pulumi/pulumi/cmd", runner);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "index.js"), "");
  }
});

afterEach(() => {
  rmSync(program, { recursive: true });
});

function addPackage(name: string, manifest: object, below = program): string {
  const folder = join(below, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.0.0", ...manifest }));
  return folder;
}

function programInfo(options: Record<string, struct.JavaScriptValue> = {}) {
  const info = new language.ProgramInfo();
  info.setRootDirectory(program);
  info.setProgramDirectory(program);
  info.setEntryPoint("index.ts");
  info.setOptions(struct.Struct.fromJavaScript(options));
  return info;
}

describe("running a program", () => {
  test("the SDK's runner gets what the engine says", () => {
    const request = new language.RunRequest();
    request.setInfo(programInfo());
    request.setMonitorAddress("127.0.0.1:1");
    request.setProject("shop");
    request.setStack("dev");
    request.setOrganization("organization");
    request.setPwd(program);
    request.setParallel(16);
    request.setDryrun(true);

    expect(programArguments(request, program, "127.0.0.1:2")).toEqual([
      join(program, "node_modules/@pulumi/pulumi/cmd/run/index.js"),
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--organization", "organization"],
      ...["--project", "shop", "--stack", "dev", "--pwd", program, "--root-directory", program, "--parallel", "16"],
      ...["--dry-run", "index.ts"],
    ]);
  });

  test("a program without the SDK is told to install it", () => {
    rmSync(join(program, "node_modules"), { recursive: true });

    expect(() => programArguments(new language.RunRequest(), program, undefined)).toThrow(
      `found no npm package @pulumi/pulumi for ${program}: run \`npm install\` there, or \`pulumi install\``,
    );
  });

  test.each([
    [0, { bail: false, error: "" }],
    [32, { bail: true, error: "" }],
    [1, { bail: false, error: "the program exited with status 1" }],
    ["SIGKILL" as const, { bail: false, error: "the program was ended by SIGKILL" }],
  ])("its end with %s is told", (status, expected) => {
    expect(outcome(status).toObject()).toEqual(expected);
  });
});

describe("running a plugin", () => {
  function pluginRequest(kind: string) {
    const request = new language.RunPluginRequest();
    request.setInfo(programInfo());
    request.setKind(kind);
    request.setPwd("/elsewhere");
    request.setArgsList(["127.0.0.1:1"]);
    return pluginCommand(request);
  }

  test("a component plugin gets its folder first and runs where the engine does", () => {
    const runner = join(program, "node_modules/@pulumi/pulumi/cmd/run-plugin/index.js");

    expect(pluginRequest("resource")).toEqual({ args: [runner, program, "127.0.0.1:1"], cwd: "/elsewhere" });
  });

  test("a policy pack gets its folder last and runs there", () => {
    const runner = join(program, "node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js");

    expect(pluginRequest("analyzer")).toEqual({ args: [runner, "127.0.0.1:1", program], cwd: program });
  });
});

describe("options of the runtime", () => {
  test("have Pulumi's defaults", () => {
    expect(runtimeOptions(undefined)).toEqual({ typescript: true, nodeargs: [] });
    expect(optionsEnvironment(runtimeOptions(programInfo()))).toEqual({ PULUMI_NODEJS_TYPESCRIPT: "true" });
  });

  test("reach Node and the SDK", () => {
    const info = programInfo({
      typescript: false,
      tsconfig: "tsconfig.program.json",
      nodeargs: " --inspect  --trace-warnings",
    });
    const options = runtimeOptions(info);

    expect(options.nodeargs).toEqual(["--inspect", "--trace-warnings"]);
    expect(optionsEnvironment(options)).toEqual({
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_NODEJS_TSCONFIG_PATH: "tsconfig.program.json",
    });
  });
});

describe("the providers of a program", () => {
  const usesPulumi = { dependencies: { "@pulumi/pulumi": "^3.0.0" } };
  const provider = (name: string) => ({ ...usesPulumi, pulumi: { resource: true, name } });

  test("are found through components, and only where Pulumi is used", () => {
    writeFileSync(join(program, "package.json"), JSON.stringify({ dependencies: { "@me/parts": "1", plain: "1" } }));
    const parts = addPackage("@me/parts", {
      peerDependencies: { "@pulumi/pulumi": "^3" },
      dependencies: { "@pulumi/nested": "1" },
    });
    addPackage("@pulumi/nested", provider("nested"), parts);
    addPackage("plain", { dependencies: { "@pulumi/hidden": "1" } });
    addPackage("@pulumi/hidden", provider("hidden"));

    expect(providerPackages(program).map(({ manifest }) => manifest.pulumi?.name)).toEqual(["nested"]);
  });

  test("are looked for from the folder of the program upwards", () => {
    writeFileSync(join(program, "package.json"), JSON.stringify({ dependencies: { "@pulumi/random": "1" } }));
    addPackage("@pulumi/random", provider("random"));
    const below = join(program, "src/deep");
    mkdirSync(below, { recursive: true });

    expect(providerPackages(below)).toHaveLength(1);
  });

  test("are none where nothing is installed", () => {
    writeFileSync(join(program, "package.json"), JSON.stringify({ dependencies: { "@pulumi/random": "1" } }));

    expect(providerPackages(program)).toEqual([]);
  });
});
