import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEMONSTRATION_PASSPHRASE, localBackend } from "../../../toolchain/backend.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "patchbay backend-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("state goes to a folder, which is created", () => {
  const state = join(folder, "state");

  expect(localBackend(state, {})).toEqual({
    PULUMI_BACKEND_URL: `file://${state.replaceAll(" ", "%20")}`,
    PULUMI_CONFIG_PASSPHRASE: DEMONSTRATION_PASSPHRASE,
  });
  expect(existsSync(state)).toBe(true);
});

test("what the user has set stays", () => {
  const state = join(folder, "state");

  expect(localBackend(state, { PULUMI_BACKEND_URL: "s3://bucket", PULUMI_CONFIG_PASSPHRASE: "" })).toEqual({});
  expect(existsSync(state)).toBe(false);
  expect(localBackend(state, { PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" })).not.toHaveProperty(
    "PULUMI_CONFIG_PASSPHRASE",
  );
});
