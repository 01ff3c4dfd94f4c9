import { describe, expect, test } from "vitest";
import { differences } from "../../../../delivery/config/differences.ts";
import { restoredConfig } from "../../../../delivery/config/restore.ts";
import type { Config } from "../../../../record/index.ts";

/** A value as the engine tells it. */
function told(value: unknown, secret = false): Config[string] {
  return typeof value === "string" ? { value, secret } : { value: JSON.stringify(value), objectValue: value, secret };
}

const credentials = (password: string, key = "k") =>
  told({ orders: { username: "u", password }, fraud: { key } }, true);
const now: Config = {
  "aws:region": told("eu-west-1"),
  "patchbay:plugins": told({ shop: { release: "1.0.1" } }),
  "patchbay:credentials": credentials("new"),
};
const good: Config = {
  "aws:region": told("eu-central-1"),
  "kubernetes:context": told("prod"),
  "patchbay:plugins": told({ shop: { release: "1.0.0" } }),
  "patchbay:credentials": credentials("old"),
};
const file = {
  "aws:region": "eu-west-1",
  plugins: { shop: { release: "1.0.1" } },
  "patchbay:credentials": {
    orders: { username: "u", password: { secure: "v1:new" } },
    fraud: { key: { secure: "v1:k" } },
  },
};

function restore(changes: Partial<{ file: Record<string, unknown>; now: Config; good: Config }> = {}) {
  const encrypted: string[] = [];
  const encrypt = (plain: string) => {
    encrypted.push(plain);
    return Promise.resolve(`v1:encrypted-${plain}`);
  };
  const config = restoredConfig({ project: "patchbay", file, now, good, encrypt, ...changes });
  return config.then((restored) => ({ restored, encrypted }));
}

describe("a config that is restored", () => {
  test("has every key of the good one, by the names that the file has for them", async () => {
    const { restored } = await restore();

    expect(restored).toMatchObject({
      "aws:region": "eu-central-1",
      "kubernetes:context": "prod",
      plugins: { shop: { release: "1.0.0" } },
    });
    expect(Object.keys(restored)).not.toContain("patchbay:plugins");
  });

  test("keeps ciphertext of secrets that did not change, and encrypts only those that did", async () => {
    const { restored, encrypted } = await restore();

    expect(encrypted).toEqual(["old"]);
    expect(restored["patchbay:credentials"]).toEqual({
      orders: { username: "u", password: { secure: "v1:encrypted-old" } },
      fraud: { key: { secure: "v1:k" } },
    });
  });

  test("gets credentials back that the failed one had removed, all of them encrypted", async () => {
    const without = <T>(data: Readonly<Record<string, T>>) =>
      Object.fromEntries(Object.entries(data).filter(([key]) => key !== "patchbay:credentials"));

    const { restored } = await restore({ now: without(now), file: without<unknown>(file) });

    expect(restored["patchbay:credentials"]).toEqual({
      orders: { username: { secure: "v1:encrypted-u" }, password: { secure: "v1:encrypted-old" } },
      fraud: { key: { secure: "v1:encrypted-k" } },
    });
  });

  test("loses what the failed one had added, and leaves alone what no file says", async () => {
    const extra = { "aws:profile": told("x") };

    expect(
      (await restore({ now: { ...now, ...extra }, file: { ...file, "aws:profile": "x" } })).restored,
    ).not.toHaveProperty("aws:profile");
    expect((await restore({ now: { ...now, ...extra }, good: { ...good, ...extra } })).restored).not.toHaveProperty(
      "aws:profile",
    );
  });
});

describe("what differs", () => {
  test("is told by path, both ways", () => {
    expect(differences(now, good)).toEqual([
      { path: "aws:region", from: "eu-west-1", to: "eu-central-1", secret: false },
      { path: "kubernetes:context", to: "prod", secret: false },
      { path: "patchbay:credentials.orders.password", secret: true },
      { path: "patchbay:plugins.shop.release", from: "1.0.1", to: "1.0.0", secret: false },
    ]);
    expect(differences(now, now)).toEqual([]);
  });

  test("never shows the value of a key that holds secrets", () => {
    expect(JSON.stringify(differences(now, {}))).not.toMatch(/new|old/);
  });
});
