import { expect, test } from "vitest";
import { declaredBy, lastDeclared } from "../../../record/index.ts";
import { shopEnvironment } from "../../support/documents.ts";

function entry(release: string, changes: object = {}) {
  return {
    kind: "update",
    result: "succeeded",
    version: 0,
    config: {
      "patchbay:environment": { value: JSON.stringify(shopEnvironment()), secret: false },
      "patchbay:plugins": { value: JSON.stringify({ "tax-calculator": { release } }), secret: false },
      "patchbay:credentials": { secret: true },
    },
    ...changes,
  };
}

test("the last successful update counts; failed ones, previews and refreshes after it don't", () => {
  const history = [
    entry("1.3.0", { result: "failed" }),
    entry("1.2.9", { kind: "refresh" }),
    entry("1.2.0"),
    entry("1.1.0"),
  ];

  expect(lastDeclared(history)?.plugins["tax-calculator"]?.release).toBe("1.2.0");
});

test("after a destroy nothing is declared", () => {
  expect(lastDeclared([entry("1.2.0", { kind: "destroy" }), entry("1.1.0")])).toBeUndefined();
});

test("no history, foreign entries and unreadable config give nothing, and hide nothing else", () => {
  expect(lastDeclared([])).toBeUndefined();
  expect(lastDeclared([{ nonsense: true }, entry("1.2.0")])?.plugins["tax-calculator"]?.release).toBe("1.2.0");
  expect(declaredBy({ "patchbay:plugins": { value: "{" } })).toBeUndefined();
  expect(declaredBy({})).toBeUndefined();
});
