import fc from "fast-check";
import semver from "semver";
import { expect, test } from "vitest";
import { inRange } from "../../../../model/resolve/requirements.ts";

const number = fc.nat({ max: 4 });
const release = fc.tuple(number, number, number).map((parts) => parts.join("."));
const version = fc.oneof(
  release,
  fc.tuple(release, fc.constantFrom("alpha", "rc.1", "rc.2")).map((parts) => parts.join("-")),
);

test("a bound holds exactly where the order of versions says so, pre-releases included", () => {
  fc.assert(
    fc.property(version, version, (found, bound) => {
      const order = semver.compare(found, bound);

      expect(inRange(found, `>=${bound}`)).toBe(order >= 0);
      expect(inRange(found, `>${bound}`)).toBe(order > 0);
      expect(inRange(found, `<=${bound}`)).toBe(order <= 0);
      expect(inRange(found, bound)).toBe(order === 0);
      expect(inRange(found, "*")).toBe(true);
    }),
  );
});

test("^ begins at its version and ends before the next one that may break", () => {
  fc.assert(
    fc.property(version, release, (found, from) => {
      const [major, minor] = [semver.major(from), semver.minor(from)];
      const end =
        major > 0 ? `${String(major + 1)}.0.0-0` : minor > 0 ? `0.${String(minor + 1)}.0-0` : semver.inc(from, "patch");
      const last = end?.endsWith("-0") === true ? end : `${String(end)}-0`;

      expect(inRange(found, `^${from}`)).toBe(semver.gte(found, from) && semver.lt(found, last));
    }),
  );
});

test("two ranges side by side hold where both do, and with || where one does", () => {
  fc.assert(
    fc.property(version, version, version, (found, low, high) => {
      const [one, other] = [`>=${low}`, `<=${high}`];

      expect(inRange(found, `${one} ${other}`)).toBe(inRange(found, one) && inRange(found, other));
      expect(inRange(found, `${one} || ${other}`)).toBe(inRange(found, one) || inRange(found, other));
    }),
  );
});

test.each([
  ["3.3.0-rc.1", ">=3.2 <4", true],
  ["4.0.0-rc.1", ">=3.2 <4", false],
  ["3.0.0-rc.1", "^2.0.0", false],
  ["14.0.0-beta.1", ">=14", true],
  ["13.11.0", ">=14", false],
  ["2.0.0-rc.1", "*", true],
])("%s in %s: %s", (found, range, expected) => {
  expect(inRange(found, range)).toBe(expected);
});
