import type { Member, Setting } from "../../support/fleet.ts";
import type { Ended } from "../measured.ts";
import { pulumi, update, updateArguments } from "../projects.ts";
import {
  allMembers,
  createFleet,
  type FleetStack,
  goodReleases,
  kubeConfigOf,
  plainly,
  type RolloutMachine,
} from "./fleet.ts";
import { type Seen, Sightings, untilSeen } from "./sightings.ts";

/** Progress deadline of the releases that never get ready, in seconds. */
export const deadlineSeconds = 10;

/** Releases that cannot run. */
export const failures = {
  "crash at start": { fault: "crash" },
  "missing image": { release: "9.9.9" },
  "never ready": { fault: "never-ready", deadline: `${deadlineSeconds}s` },
} as const satisfies Record<string, Partial<Setting>>;

export type FailureName = keyof typeof failures;
const failureNames = Object.keys(failures) as FailureName[];

export interface FailureResult {
  readonly member: Member;
  readonly failure: FailureName;
  /** From the engine's start to its end. */
  readonly ours: number;
  /** From when the API first said what made the failure certain to the engine's end; nothing where it did not say so. */
  readonly sinceCertain: number | undefined;
  readonly plain: PlainResult;
}

export interface PlainResult {
  /** From the engine's start to its end; where the provider gave up by itself, that is its patience. */
  readonly seconds: number;
  /** Whether it took the broken release for a good one. */
  readonly saidSuccess: boolean;
}

interface Options {
  /** How long plain Pulumi may wait for a Deployment, in seconds; ten minutes, were it not told. */
  readonly patienceSeconds: number;
  readonly note: (text: string) => void;
}

/** Brings broken releases in beside good ones: how long it takes until somebody says so. */
export async function measureFailures(machine: RolloutMachine, options: Options): Promise<FailureResult[]> {
  const results: FailureResult[] = [];
  for (const member of allMembers) {
    const plain = await measurePlain(machine, member, options);
    const stack = await createFleet(machine, "ours", `fail-${member}`, [member]);
    await pulumi(machine, stack.project, ...updateArguments);
    for (const failure of failureNames) {
      const { ours, sinceCertain } = await measureOurs(machine, stack, failure);
      results.push({ member, failure, ours, sinceCertain, plain: plain[failure] });
      options.note(`${member}, ${failure}: ${ours.toFixed(1)} s; plain: ${plain[failure].seconds.toFixed(1)} s`);
    }
  }
  return results;
}

async function measureOurs(machine: RolloutMachine, stack: FleetStack, failure: FailureName) {
  await stack.declare({ release: goodReleases[0], ...failures[failure] });
  const { namespace } = stack.project;
  const sightings = new Sightings(kubeConfigOf(machine), [
    `/api/v1/namespaces/${namespace}/pods`,
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`,
  ]);
  try {
    // Times of the API are whole seconds.
    const from = Math.floor(Date.now() / 1000) * 1000;
    const certain = sightings.first((object) => makesCertain(failure, object, from));
    const ended = await update(machine, stack.project);
    if (ended.status === 0) throw new Error(`a release that cannot run (${failure}) was taken for a good one`);
    const sinceCertain = certain.at === undefined ? undefined : (ended.endedAt - certain.at) / 1000;
    await stack.declare({ release: goodReleases[0] });
    await pulumi(machine, stack.project, ...updateArguments);
    return { ours: ended.seconds, sinceCertain };
  } finally {
    sightings.close();
  }
}

/** Whether an object says that a release cannot get ready, in the words that `kubectl get` shows. */
function makesCertain(failure: FailureName, object: Seen, from: number): boolean {
  if (failure === "never ready") {
    const { phase, conditions } = object.status ?? {};
    const reasons = conditions?.map(({ reason }) => reason) ?? [];
    return phase === "Degraded" || reasons.includes("ProgressDeadlineExceeded");
  }
  const createdAt = new Date(object.metadata?.creationTimestamp ?? 0).getTime();
  if (createdAt < from || object.metadata?.deletionTimestamp !== undefined) return false;
  const wanted = failure === "crash at start" ? ["CrashLoopBackOff"] : ["ErrImagePull", "ImagePullBackOff"];
  const waiting = object.status?.containerStatuses?.map(({ state }) => state?.waiting?.reason ?? "") ?? [];
  return waiting.some((reason) => wanted.includes(reason));
}

/** Plain Pulumi with the same workload. The failures have a stack each and are waited for together: waiting is all they do. */
async function measurePlain(
  machine: RolloutMachine,
  member: Member,
  { patienceSeconds, note }: Options,
): Promise<Readonly<Record<FailureName, PlainResult>>> {
  note(`${member}: plain Pulumi, which may wait for ${patienceSeconds} s`);
  const change = plainly({ "pulumi.com/timeoutSeconds": String(patienceSeconds) });
  const stacks: [FailureName, FleetStack][] = [];
  for (const failure of failureNames) {
    const stack = await createFleet(
      machine,
      "raw",
      `plain-${member}-${failure.replaceAll(" ", "-")}`,
      [member],
      change,
    );
    await bringIn(machine, member, stack);
    await stack.declare({ release: goodReleases[0], ...failures[failure] });
    stacks.push([failure, stack]);
  }
  const results = await Promise.all(
    stacks.map(async ([failure, { project }]) => [failure, plainResult(await update(machine, project))] as const),
  );
  return Object.fromEntries(results) as Record<FailureName, PlainResult>;
}

/** Brings a good release in, and waits for it where the engine does not: that of a Rollout. */
async function bringIn(machine: RolloutMachine, member: Member, { project }: FleetStack): Promise<void> {
  const sightings = new Sightings(kubeConfigOf(machine), [
    `/apis/argoproj.io/v1alpha1/namespaces/${project.namespace}/rollouts`,
  ]);
  try {
    const healthy = sightings.first(({ status }) => status?.phase === "Healthy");
    await pulumi(machine, project, ...updateArguments);
    if (member !== "rolling") await untilSeen(healthy, machine.signal);
  } finally {
    sightings.close();
  }
}

function plainResult({ seconds, status }: Ended): PlainResult {
  return { seconds, saidSuccess: status === 0 };
}
