import { expect, test } from "vitest";
import { changeMessage } from "../../../delivery/index.ts";
import type { Declared } from "../../../record/index.ts";

function declared(plugins: Record<string, { release: string; rest?: object }>, environment: object = {}): Declared {
  return {
    environment,
    plugins: Object.fromEntries(
      Object.entries(plugins).map(([name, { release, rest = {} }]) => [name, { release, rest }]),
    ),
  };
}

test.each([
  ["a new release", { a: { release: "2.4.0" } }, { a: { release: "2.4.1" } }, "a 2.4.0 -> 2.4.1"],
  ["a plugin more", {}, { a: { release: "1.0.0" } }, "a 1.0.0 added"],
  ["a plugin less", { a: { release: "1.0.0" } }, {}, "a 1.0.0 removed"],
  [
    "other settings",
    { a: { release: "1.0.0", rest: { replicas: 2 } } },
    { a: { release: "1.0.0", rest: { replicas: 3 } } },
    "a 1.0.0 reconfigured",
  ],
  [
    "a digest that now stands there",
    { a: { release: "1.0.0" } },
    { a: { release: "1.0.0", rest: { digest: "sha256:0" } } },
    "credentials, a release in development, or Patchbay itself changed",
  ],
  [
    "several plugins, by name",
    { b: { release: "1.0.0" } },
    { b: { release: "1.1.0" }, a: { release: "1.0.0" } },
    "a 1.0.0 added, b 1.0.0 -> 1.1.0",
  ],
])("%s", (_, before, after, message) => {
  expect(changeMessage(declared(before), declared(after))).toBe(message);
});

test("the first update adds all there is, and does not speak of a changed environment", () => {
  expect(changeMessage(undefined, declared({ a: { release: "1.0.0" } }, { stage: "development" }))).toBe(
    "a 1.0.0 added",
  );
});

test("an environment that changed is said beside its plugins", () => {
  const before = declared({ a: { release: "1.0.0" } }, { stage: "development" });
  const after = declared({ a: { release: "1.0.1" } }, { stage: "testing" });

  expect(changeMessage(before, after)).toBe("a 1.0.0 -> 1.0.1, environment changed");
});
