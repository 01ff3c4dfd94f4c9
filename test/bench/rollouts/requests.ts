import { type Member, type Setting, underLoad } from "../../support/fleet.ts";
import { pulumi, updateArguments } from "../projects.ts";
import { allMembers, createFleet, goodReleases, type RolloutMachine } from "./fleet.ts";

export interface RequestsResult {
  readonly situation: string;
  readonly seconds: number;
  readonly requests: Readonly<Record<Member, { readonly sent: number; readonly lost: number }>>;
}

/** The strategies that members are switched to, and back again. */
const switched: NonNullable<Setting["strategies"]> = {
  rolling: { canary: { steps: [{ setWeight: 25 }] } },
  canary: { canary: undefined, blueGreen: {} },
  bluegreen: { blueGreen: undefined },
};

/** Updates in turn, each of a good release for every member. */
const situations: readonly (readonly [string, Setting])[] = [
  ["good release", { release: goodReleases[1] }],
  ["strategies switched, good release", { release: goodReleases[0], strategies: switched }],
  ["strategies switched back, good release", { release: goodReleases[1] }],
  ["good release", { release: goodReleases[0] }],
];

/** Puts a load on all members from outside the cluster while releases come in: how many requests got no good answer. */
export async function measureRequests(
  machine: RolloutMachine,
  note: (text: string) => void,
): Promise<RequestsResult[]> {
  const stack = await createFleet(machine, "ours", "load", allMembers);
  await pulumi(machine, stack.project, ...updateArguments);
  const results: RequestsResult[] = [];
  for (const [situation, setting] of situations) {
    await stack.declare(setting);
    const { result, answers } = await underLoad(machine.cluster.kubeconfig, stack.project.namespace, () =>
      pulumi(machine, stack.project, ...updateArguments),
    );
    const counts = allMembers.map((member) => {
      const { all, failed } = answers[member];
      return [member, { sent: all.length, lost: failed.length }] as const;
    });
    const requests = Object.fromEntries(counts) as RequestsResult["requests"];
    results.push({ situation, seconds: result.seconds, requests });
    note(`${situation}: ${result.seconds.toFixed(1)} s, ${counts.map(([, { lost }]) => lost).join("+")} requests lost`);
  }
  return results;
}
