import { cacheOf } from "../../../toolchain/cache.ts";
import { ensureImages } from "../../../toolchain/images/index.ts";
import { quietProgress } from "../../../toolchain/index.ts";
import type { ClusterMachine } from "../machine.ts";
import { type FailureResult, measureFailures } from "./failures.ts";
import type { RolloutMachine } from "./fleet.ts";
import { measureOverhead, type OverheadResult } from "./overhead.ts";
import { measureRequests, type RequestsResult } from "./requests.ts";

/** What can be measured of rollouts, each by itself. */
export const rolloutParts = ["failures", "requests", "gating"] as const;

export interface RolloutsResult {
  readonly overhead?: OverheadResult;
  readonly requests?: readonly RequestsResult[];
  readonly failures?: readonly FailureResult[];
  readonly patienceSeconds: number;
}

export interface RolloutsOptions {
  readonly parts: ReadonlySet<string>;
  /** Good releases that are timed. */
  readonly releases: number;
  readonly patienceSeconds: number;
  readonly note: (text: string) => void;
}

/** What rollouts of real pods cost and prove: gating, requests under load, time to a failure. */
export async function measureRollouts(machine: ClusterMachine, options: RolloutsOptions): Promise<RolloutsResult> {
  const { parts, releases, patienceSeconds, note } = options;
  const rolloutMachine: RolloutMachine = { ...machine, images: await fleetImages() };
  return {
    ...(parts.has("gating") && { overhead: await measureOverhead(rolloutMachine, releases, note) }),
    ...(parts.has("requests") && { requests: await measureRequests(rolloutMachine, note) }),
    ...(parts.has("failures") && { failures: await measureFailures(rolloutMachine, { patienceSeconds, note }) }),
    patienceSeconds,
  };
}

/** The program that all members of the fleet run, by its versions. */
async function fleetImages(): Promise<RolloutMachine["images"]> {
  const { images } = await ensureImages({ cache: cacheOf(), progress: quietProgress, environment: process.env });
  const own = images.filter(({ name }) => name.endsWith("/shop/tax-calculator"));
  const good = own.map(({ name, tag, digest }) => [tag, `${name}@${digest}`] as const);
  return { ...Object.fromEntries(good), "9.9.9": `registry.example.com/shop/tax-calculator@sha256:${"0".repeat(64)}` };
}
