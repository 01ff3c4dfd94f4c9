import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/**
 * The addresses of a cluster: a block of its own out of 10.200.0.0–10.249.255.255, so that several clusters can run on
 * one machine and be reached from it.
 */
export interface ClusterNetwork {
  /** Number of the block. */
  readonly block: number;
  /** The whole block in CIDR notation, as are the other ranges. */
  readonly range: string;
  readonly services: string;
  readonly pods: string;
  /** The machine's end of the link to a real node. */
  readonly host: string;
  /** A real node's address: its kubelet's, and its DNS server's. */
  readonly node: string;
}

/** IPv4 addresses as numbers, both ends included. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

const FIRST_SECOND_OCTET = 200;
const BLOCK_BITS = 20;
const BLOCK_SIZE = 2 ** (32 - BLOCK_BITS);
const BLOCKS = 50 * 16;
const ROUTES = "/proc/net/route";

export function networkOf(block: number): ClusterNetwork {
  const prefix = `10.${FIRST_SECOND_OCTET + Math.floor(block / 16)}`;
  const third = (block % 16) * 16;
  return {
    block,
    range: `${prefix}.${third}.0/${BLOCK_BITS}`,
    host: `${prefix}.${third}.1`,
    node: `${prefix}.${third}.2`,
    services: `${prefix}.${third + 4}.0/22`,
    pods: `${prefix}.${third + 8}.0/21`,
  };
}

/**
 * A block that overlaps with none of the ranges in use. Where to begin follows from the cluster's folder: two clusters
 * that run at different times keep apart as well.
 *
 * @returns undefined where all are taken
 */
export function chooseBlock(directory: string, taken: readonly AddressRange[]): number | undefined {
  const begin = createHash("sha256").update(directory).digest().readUInt32BE() % BLOCKS;
  for (let step = 0; step < BLOCKS; step++) {
    const block = (begin + step) % BLOCKS;
    if (!isTaken(block, taken)) return block;
  }
  return undefined;
}

export function isTaken(block: number, taken: readonly AddressRange[]): boolean {
  const first = addressNumber(networkOf(block).host) - 1;
  return taken.some((range) => range.first < first + BLOCK_SIZE && range.last >= first);
}

/** The ranges that this machine has routes to; none are known where it is no Linux, but nothing is routed there either. */
export function machineRoutes(): AddressRange[] {
  return existsSync(ROUTES) ? routedRanges(readFileSync(ROUTES, "utf8")) : [];
}

/** The ranges that a machine has routes to, by the text of Linux's /proc/net/route; the default route is none. */
export function routedRanges(routes: string): AddressRange[] {
  return routes
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .flatMap((fields) => {
      const [destination, mask] = [fields[1], fields[7]].map(littleEndian);
      if (destination === undefined || mask === undefined || mask === 0) return [];
      return [{ first: destination, last: destination + (2 ** 32 - 1 - mask) }];
    });
}

/** Addresses stand in that file as the machine's own words, in hexadecimal. */
function littleEndian(hexadecimal: string | undefined): number | undefined {
  if (hexadecimal === undefined || !/^[0-9A-F]{8}$/i.test(hexadecimal)) return undefined;
  return Buffer.from(hexadecimal, "hex").readUInt32LE();
}

function addressNumber(address: string): number {
  return address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);
}
