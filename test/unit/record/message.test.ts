import { expect, test } from "vitest";
import { trailersOf, withTrailers } from "../../../record/index.ts";

test("trailers are the last paragraph, and can be read back", () => {
  const message = withTrailers("the tax of 2027\n", {
    "Patchbay-Actor": "Ann  Lee\n(git)",
    "Patchbay-Rolls-Back": "7",
  });

  expect(message).toBe("the tax of 2027\n\nPatchbay-Actor: Ann Lee (git)\nPatchbay-Rolls-Back: 7");
  expect(trailersOf(message)).toEqual({ "Patchbay-Actor": "Ann Lee (git)", "Patchbay-Rolls-Back": "7" });
});

test.each([
  ["one line", "Fix: the tax"],
  ["a last paragraph of prose", "the tax\n\nNote: as asked\nby finance"],
  ["nothing", ""],
])("%s has none", (_, message) => {
  expect(trailersOf(message)).toEqual({});
});

test("without trailers a message stays as it is", () => {
  expect(withTrailers("the tax", {})).toBe("the tax");
});
