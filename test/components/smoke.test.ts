import { expect, test } from "vitest";
import { deploy } from "../../components/index.ts";
import { shopModel, shopCredentials, shopEnvironment } from "../support/documents.ts";
import { mockWorld, openGate } from "../support/mock-world.ts";
import { writeFileSync } from "node:fs";

test("dump", async () => {
  const world = await mockWorld();
  const model = shopModel({ environment: shopEnvironment({ monitoring: { prometheus: true } }) });
  deploy(model, { gate: openGate, credentials: shopCredentials() as never });
  console.log((await world.createdTypes()).join("\n"));
  writeFileSync("/tmp/val/dump.json", JSON.stringify(await world.registered(), null, 1));
  expect(await world.stateOf()).not.toContain("pa55word");
});
