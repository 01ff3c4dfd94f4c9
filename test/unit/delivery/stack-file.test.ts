import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StackFile } from "../../../delivery/index.ts";
import { refusal } from "../../support/problems.ts";

describe("the file of an environment", () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "patchbay-file-"));
    writeFileSync(join(project, "Pulumi.dev.yaml"), "config: {}\n", { mode: 0o640 });
  });

  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  test("must be there; those that are, are named", () => {
    const error = refusal(() => StackFile.of(project, "dve"));

    expect(error.exitStatus).toBe(2);
    expect(error.message).toContain("expected  one of dev");
  });

  test("is written in one go, keeps its mode, and leaves nothing beside it", () => {
    const file = StackFile.of(project, "dev");

    file.write("config:\n  a: 1\n");

    expect(file.read()).toBe("config:\n  a: 1\n");
    expect(statSync(join(project, "Pulumi.dev.yaml")).mode & 0o777).toBe(0o640);
    expect(readdirSync(project)).toEqual(["Pulumi.dev.yaml"]);
  });

  test("is written where a link leads", () => {
    mkdirSync(join(project, "elsewhere"));
    writeFileSync(join(project, "elsewhere", "prod.yaml"), "old\n");
    symlinkSync(join("elsewhere", "prod.yaml"), join(project, "Pulumi.prod.yaml"));

    StackFile.of(project, "prod").write("new\n");

    expect(readFileSync(join(project, "elsewhere", "prod.yaml"), "utf8")).toBe("new\n");
  });

  test("is kept under a name that tells when", () => {
    const kept = StackFile.of(project, "dev").keep(new Date("2026-03-01T09:30:00Z"));

    expect(kept).toBe(".patchbay/failed/dev-2026-03-01T09-30-00.000Z.yaml");
    expect(readFileSync(join(project, kept), "utf8")).toBe("config: {}\n");
  });
});
