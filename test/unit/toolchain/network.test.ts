import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseBlock, isTaken, networkOf, routedRanges } from "../../../toolchain/cluster/network.ts";

const blocks = fc.integer({ min: 0, max: 799 });

/** As Linux writes it on a machine with little-endian words, which is where we run. */
const routes = [
  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
  "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
  "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
  "vpn0\t0000C90A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
  "",
].join("\n");

describe("a cluster's network", () => {
  test("is one block, with the machine's end, the node, the services and the pods in it", () => {
    expect(networkOf(0)).toEqual({
      block: 0,
      range: "10.200.0.0/20",
      host: "10.200.0.1",
      node: "10.200.0.2",
      services: "10.200.4.0/22",
      pods: "10.200.8.0/21",
    });
    expect(networkOf(799).range).toBe("10.249.240.0/20");
  });

  test("shares no address with another's", () => {
    fc.assert(
      fc.property(blocks, blocks, (one, other) => {
        const address = networkOf(other)
          .host.split(".")
          .reduce((number, octet) => number * 256 + Number(octet), 0);
        expect(isTaken(one, [{ first: address - 1, last: address + 4094 }])).toBe(one === other);
      }),
    );
  });

  test("keeps off the networks that the machine has routes to; the default route is none", () => {
    const taken = routedRanges(routes);

    expect(taken).toEqual([
      { first: 0xc0_00_02_00, last: 0xc0_00_02_ff },
      { first: 0x0a_c9_00_00, last: 0x0a_c9_ff_ff },
    ]);
    expect(isTaken(15, taken)).toBe(false);
    for (let block = 16; block < 32; block++) expect(isTaken(block, taken)).toBe(true);
    expect(isTaken(32, taken)).toBe(false);
  });

  test("is the same for the same folder, the next one where that is taken, and none where all are", () => {
    const first = chooseBlock("/some/folder", []) ?? -1;
    const { host } = networkOf(first);
    const address = host.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);

    expect(chooseBlock("/some/folder", [])).toBe(first);
    expect(chooseBlock("/some/folder", [{ first: address, last: address }])).toBe((first + 1) % 800);
    expect(chooseBlock("/some/folder", [{ first: 0, last: 2 ** 32 - 1 }])).toBeUndefined();
  });
});
