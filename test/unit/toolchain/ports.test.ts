import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { choosePort } from "../../../toolchain/cluster/ports.ts";

const servers: Server[] = [];

function occupyPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
    });
    servers.push(server);
  });
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test("the first preferred port that is free is taken", async () => {
  const free = await choosePort([]);
  const taken = await occupyPort();

  expect(await choosePort([free])).toBe(free);
  expect(await choosePort([taken, free])).toBe(free);
});

test("where all are taken, the system picks another", async () => {
  const taken = await occupyPort();

  const chosen = await choosePort([taken]);

  expect(chosen).toBeGreaterThan(0);
  expect(chosen).not.toBe(taken);
});
