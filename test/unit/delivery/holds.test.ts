import { expect, test } from "vitest";
import { holdsAfter, withHolds, withoutHolds } from "../../../delivery/holds.ts";
import { settingsDigest } from "../../../model/index.ts";
import type { Config } from "../../../record/index.ts";

const circumstances = { reason: "never ready", since: "2026-03-01T09:30:00Z", by: "Ann (git)" };

function config(plugins: Record<string, object>): Config {
  return { "patchbay:plugins": { value: JSON.stringify(plugins), objectValue: plugins, secret: false } };
}

test("each plugin that was changed is held where it was", () => {
  const good = config({
    same: { release: "1.0.0", digest: `sha256:${"0".repeat(64)}` },
    released: { release: "1.0.0" },
    configured: { release: "1.0.0", replicas: 2 },
    removed: { release: "1.0.0" },
  });
  const failed = config({
    same: { release: "1.0.0" },
    released: { release: "1.1.0", replicas: 3 },
    configured: { release: "1.0.0", replicas: 3 },
    added: { release: "2.0.0" },
  });

  expect(holdsAfter(failed, good, circumstances)).toEqual({
    released: { release: "1.0.0", refused: "1.1.0", ...circumstances },
    configured: {
      release: "1.0.0",
      settings: settingsDigest({ replicas: 2 }),
      refused: "1.0.0",
      ...circumstances,
    },
    added: { refused: "2.0.0", ...circumstances },
  });
});

test("new holds join those that stand, and replace a plugin's own", () => {
  const hold = { refused: "2.0.0", ...circumstances };

  expect(withHolds({ a: 1 }, {})).toEqual({ a: 1 });
  expect(withHolds({ "patchbay:holds": { one: "old", two: "old" } }, { one: hold })).toEqual({
    "patchbay:holds": { one: hold, two: "old" },
  });
  expect(withoutHolds({ ...config({}), "patchbay:holds": { value: "{}" } })).toEqual(config({}));
});
