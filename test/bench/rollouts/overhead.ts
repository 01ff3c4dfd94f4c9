import { runToEnd } from "../measured.ts";
import { pulumi, updateArguments } from "../projects.ts";
import { createFleet, type FleetStack, goodReleases, kubeConfigOf, plainly, type RolloutMachine } from "./fleet.ts";
import { type Seen, type Sighting, Sightings, untilSeen } from "./sightings.ts";

/** One good rolling release, in seconds. */
export interface PlainRollout {
  /** From the engine's start to the end of the update, or of `kubectl rollout status`. */
  readonly total: number;
  /** From the engine's start to the change of the Deployment. */
  readonly before: number;
  /** From the change of the Deployment to the moment when it was rolled out. */
  readonly rollout: number;
  /** From that moment until somebody noticed: until the verification began, or `kubectl rollout status` ended. */
  readonly gate: number;
}

export interface OurRollout extends PlainRollout {
  /** The verification's own run time: from its Job's creation to its completion. */
  readonly verification: number;
  /** From the completion to the engine's end. */
  readonly ending: number;
}

export interface OverheadResult {
  readonly ours: readonly OurRollout[];
  readonly plain: readonly PlainRollout[];
}

/** Brings good releases in, taking turns with plain Pulumi and `kubectl rollout status` on the same Deployment. */
export async function measureOverhead(
  machine: RolloutMachine,
  rounds: number,
  note: (text: string) => void,
): Promise<OverheadResult> {
  const ours = await createFleet(machine, "ours", "gate", ["rolling"]);
  const plain = await createFleet(machine, "raw", "gate", ["rolling"], plainly({ "pulumi.com/skipAwait": "true" }));
  for (const { project } of [ours, plain]) await pulumi(machine, project, ...updateArguments);
  await runStatus(machine, plain);
  const results: { ours: OurRollout[]; plain: PlainRollout[] } = { ours: [], plain: [] };
  for (let round = 1; round <= rounds; round++) {
    const release = goodReleases[round % goodReleases.length] ?? goodReleases[0];
    for (const { declare } of [ours, plain]) await declare({ release });
    const turns = [
      async () => results.ours.push(await ourRollout(machine, ours)),
      async () => results.plain.push(await plainRollout(machine, plain)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    const [one, other] = [results.ours.at(-1), results.plain.at(-1)];
    note(
      `good release, round ${round} of ${rounds}: ${one?.total.toFixed(2) ?? ""} s; plain: ${other?.total.toFixed(2) ?? ""} s`,
    );
  }
  return results;
}

async function ourRollout(machine: RolloutMachine, { project }: FleetStack): Promise<OurRollout> {
  const jobs = `/apis/batch/v1/namespaces/${project.namespace}/jobs`;
  return watching(machine, project.namespace, [jobs], async (sightings, rollout) => {
    const from = Math.floor(Date.now() / 1000) * 1000;
    const isNew = ({ metadata }: Seen) => new Date(metadata?.creationTimestamp ?? 0).getTime() >= from;
    const isJob = ({ kind }: Seen) => kind === "Job";
    const created = sightings.first((job) => isJob(job) && isNew(job));
    const completed = sightings.first((job) => isJob(job) && isNew(job) && isComplete(job));
    const { startedAt, endedAt } = await pulumi(machine, project, ...updateArguments);
    const [begun, done] = [await untilSeen(created, machine.signal), await untilSeen(completed, machine.signal)];
    return {
      ...(await timesOf({ startedAt, endedAt, noticedAt: begun }, rollout, machine.signal)),
      verification: (done - begun) / 1000,
      ending: (endedAt - done) / 1000,
    };
  });
}

async function plainRollout(machine: RolloutMachine, stack: FleetStack): Promise<PlainRollout> {
  return watching(machine, stack.project.namespace, [], async (_, rollout) => {
    const { startedAt } = await pulumi(machine, stack.project, ...updateArguments);
    const { endedAt } = await runStatus(machine, stack);
    return timesOf({ startedAt, endedAt, noticedAt: endedAt }, rollout, machine.signal);
  });
}

async function timesOf(
  { startedAt, endedAt, noticedAt }: { startedAt: number; endedAt: number; noticedAt: number },
  { changed, rolledOut }: RolloutSightings,
  signal: AbortSignal,
): Promise<PlainRollout> {
  const [changedAt, rolledOutAt] = [await untilSeen(changed, signal), await untilSeen(rolledOut, signal)];
  return {
    total: (endedAt - startedAt) / 1000,
    before: (changedAt - startedAt) / 1000,
    rollout: (rolledOutAt - changedAt) / 1000,
    gate: (noticedAt - rolledOutAt) / 1000,
  };
}

function runStatus(machine: RolloutMachine, { project: { namespace, directory, variables } }: FleetStack) {
  const args = ["rollout", "status", "deployment/rolling", "--namespace", namespace];
  return runToEnd("kubectl", args, { directory, variables, signal: machine.signal });
}

interface RolloutSightings {
  readonly changed: Sighting;
  readonly rolledOut: Sighting;
}

/** Does something with sightings of what goes on in a namespace, and of its Deployment's next rollout. */
async function watching<T>(
  machine: RolloutMachine,
  namespace: string,
  paths: readonly string[],
  work: (sightings: Sightings, rollout: RolloutSightings) => Promise<T>,
): Promise<T> {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const sightings = new Sightings(kubeConfigOf(machine), [deployments, ...paths]);
  try {
    let former: number | undefined;
    const there = sightings.first(({ kind, metadata }) => {
      if (kind !== "Deployment") return false;
      former = metadata?.generation;
      return true;
    });
    await untilSeen(there, machine.signal);
    const isNext = ({ kind, metadata }: Seen) => kind === "Deployment" && (metadata?.generation ?? 0) > (former ?? 0);
    const changed = sightings.first(isNext);
    const rolledOut = sightings.first((one) => isNext(one) && isRolledOut(one));
    return await work(sightings, { changed, rolledOut });
  } finally {
    sightings.close();
  }
}

/** What `kubectl rollout status` looks at. */
function isRolledOut({ metadata, spec, status }: Seen): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    [status?.updatedReplicas, status?.replicas, status?.availableReplicas].every((count) => count === wanted)
  );
}

function isComplete({ status }: Seen): boolean {
  return status?.conditions?.some(({ type, status: met }) => type === "Complete" && met === "True") ?? false;
}
