import { median } from "../statistics.ts";
import { table } from "../table.ts";
import { deadlineSeconds, type FailureResult } from "./failures.ts";
import { allMembers } from "./fleet.ts";
import type { OverheadResult } from "./overhead.ts";
import type { RequestsResult } from "./requests.ts";
import type { RolloutsResult } from "./rollouts.ts";

/** What we aim at; what misses it is marked, and fails nothing. All in seconds. */
export const goals = {
  "crash at start": 10,
  "missing image": 10,
  "never ready": deadlineSeconds + 5,
  gating: 1,
  requestsLost: 0,
} as const;

/** Plain tables of the rollouts, for people. */
export function rolloutLines({ overhead, requests, failures, patienceSeconds }: RolloutsResult): string[] {
  return [
    ...(failures ? failureLines(failures, patienceSeconds) : []),
    ...(requests ? requestLines(requests) : []),
    ...(overhead ? overheadLines(overhead) : []),
    "* misses its goal",
    "",
  ];
}

function failureLines(failures: readonly FailureResult[], patienceSeconds: number): string[] {
  const rows = failures.map(({ member, failure, ours, sinceCertain, plain }) => [
    `${member}, ${failure}`,
    marked(ours, goals[failure]),
    sinceCertain === undefined ? "not seen" : `${sinceCertain.toFixed(1)} s`,
    plainWords(plain, patienceSeconds),
  ]);
  return [
    "From a broken release to the reported failure",
    ...table([["", "ours", "since it was certain", "plain Pulumi"], ...rows]),
    "",
  ];
}

function plainWords({ seconds, saidSuccess }: FailureResult["plain"], patienceSeconds: number): string {
  if (saidSuccess) return `says success after ${seconds.toFixed(1)} s`;
  return seconds >= patienceSeconds ? `> ${patienceSeconds} s` : `${seconds.toFixed(1)} s`;
}

function requestLines(results: readonly RequestsResult[]): string[] {
  const rows = results.map(({ situation, seconds, requests }) => [
    situation,
    `${seconds.toFixed(1)} s`,
    ...allMembers.map((member) => {
      const { sent, lost } = requests[member];
      return `${lost} of ${sent}${lost > goals.requestsLost ? " *" : ""}`;
    }),
  ]);
  return ["Requests lost under a constant load", ...table([["", "update", ...allMembers], ...rows]), ""];
}

function overheadLines({ ours, plain }: OverheadResult): string[] {
  const gating = ours.map(({ gate, ending }) => gate + ending);
  const rows: [string, readonly number[]][] = [
    ["engine's start -> change of the Deployment: ours", ours.map(({ before }) => before)],
    ["plain", plain.map(({ before }) => before)],
    ["the rollout itself: ours", ours.map(({ rollout }) => rollout)],
    ["plain", plain.map(({ rollout }) => rollout)],
    ["rolled out -> verification begins", ours.map(({ gate }) => gate)],
    ["verification's own run time", ours.map(({ verification }) => verification)],
    ["verification's end -> end of the update", ours.map(({ ending }) => ending)],
    ["gating: all of it less the verification", gating],
    ["rolled out -> end of kubectl rollout status", plain.map(({ gate }) => gate)],
    ["whole update: ours", ours.map(({ total }) => total)],
    ["whole update less the verification: ours", ours.map(({ total, verification }) => total - verification)],
    ["pulumi up, then kubectl rollout status", plain.map(({ total }) => total)],
  ];
  const difference = median(gating) - median(plain.map(({ gate }) => gate));
  return [
    `A good rolling release, ${ours.length} rounds in turn`,
    ...table([["", "median", "least", "most"], ...rows.map(([title, values]) => [title, ...spread(values)])]),
    `gating beyond kubectl rollout status: ${marked(difference, goals.gating)}`,
    "",
  ];
}

function spread(values: readonly number[]): string[] {
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => `${value.toFixed(2)} s`);
}

function marked(seconds: number, goal: number): string {
  return `${seconds.toFixed(1)} s${seconds > goal ? " *" : ""}`;
}
