import { describe, expect, test } from "vitest";
import { settingsDigest } from "../../../../model/index.ts";
import { type Data, shopModel, shopPlugins } from "../../../support/documents.ts";
import { message, refusal } from "../../../support/problems.ts";

const circumstances = { refused: "2.4.2", reason: "never ready", since: "2026-03-01T09:30:00Z", by: "Ann (git)" };
const why = "held since 2026-03-01T09:30:00Z by Ann (git), as 2.4.2 failed (never ready)";
const remedy = "mend what failed and remove patchbay:holds.payment-gateway, or go back to what it holds";

function held(hold: Data, plugins: Data = shopPlugins()): () => unknown {
  return () => shopModel({ plugins, holds: { "payment-gateway": { ...circumstances, ...hold } } });
}

const gateway = shopPlugins()["payment-gateway"] as Data;

describe("a hold lets through", () => {
  test("the release that it names", () => {
    expect(held({ release: "2.4.1" })).not.toThrow();
  });

  test("the settings that it names, with the digest or without", () => {
    const { digest, ...entry } = gateway;

    expect(digest).toBeDefined();
    expect(held({ release: "2.4.1", settings: settingsDigest(gateway) })).not.toThrow();
    expect(held({ release: "2.4.1", settings: settingsDigest(entry) })).not.toThrow();
  });

  test("an environment without the plugin", () => {
    expect(held({}, { "tax-calculator": { release: "1.3.0" } })).not.toThrow();
  });
});

describe("a hold refuses", () => {
  test("another release, and says since when, by whom and why", () => {
    const error = refusal(held({ release: "2.4.0" }));

    expect(error.problems.map(({ code }) => code)).toEqual(["plugin-held"]);
    expect(error.message).toBe(
      message(
        "Pulumi.dev.yaml: patchbay:plugins.payment-gateway.release",
        "payment-gateway 2.4.1",
        `2.4.0: ${why}`,
        remedy,
      ),
    );
  });

  test("a plugin that was not there before", () => {
    expect(refusal(held({})).message).toContain(`expected  no payment-gateway: ${why}`);
  });

  test("other settings of the same release", () => {
    const error = refusal(held({ release: "2.4.1", settings: settingsDigest({ ...gateway, replicas: 7 }) }));

    expect(error.message).toBe(
      message(
        "Pulumi.dev.yaml: patchbay:plugins.payment-gateway",
        "other settings",
        `the settings at which payment-gateway 2.4.1 is held: ${why}`,
        remedy,
      ),
    );
  });
});

test.each([
  ["an unknown key", { holt: 1 }, "patchbay:holds.payment-gateway.holt"],
  ["a time that YAML has made of a text", { since: "2026-03-01 09:30:00 +0000 UTC" }, "in quotes"],
])("a hold with %s is refused as any document", (_, hold, text) => {
  expect(refusal(held({ release: "2.4.1", ...hold })).message).toContain(text);
});
