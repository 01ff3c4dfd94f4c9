/** Releases that come in, and releases that must not, of every strategy at once, on real containers and under load. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNamespace } from "../support/cluster.ts";
import { bring, type Fleet, fleetDocuments, fleetReleases, type Member, members, underLoad } from "../support/fleet.ts";
import type { Answers } from "../support/load.ts";
import { expectSuccess, Project } from "../support/project.ts";
import { fleetImages, realCluster, removeNamespace } from "../support/real.ts";

const stack = "fleet";
let project: Project;
let fleet: Fleet;

beforeAll(async () => {
  fleet = { namespace: ownNamespace("fleet"), images: fleetImages(), credentials: {}, services: {} };
  project = new Project(realCluster().kubeconfig);
  project.release(...fleetReleases(fleet));
  const { status, output } = await bring(project, stack, fleetDocuments(fleet, { release: "1.2.0" }));
  expect(status, output).toBe(0);
});

afterAll(async () => {
  await removeNamespace(fleet.namespace);
  project.remove();
});

function update(setting: Parameters<typeof fleetDocuments>[1]) {
  return underLoad(realCluster().kubeconfig, fleet.namespace, () =>
    bring(project, stack, fleetDocuments(fleet, setting)),
  );
}

/** Every request got an answer, and a good one. */
function expectNothingLost(answers: Readonly<Record<Member, Answers>>, of: readonly Member[] = members): void {
  for (const member of of) {
    expect(answers[member].all.length, member).toBeGreaterThan(20);
    expect(answers[member].failed, member).toEqual([]);
  }
}

async function lastResult(): Promise<string> {
  const { output } = await project.succeed("stack", "history", "-s", stack, "--json", "--page-size", "1");
  return (JSON.parse(output) as { result: string }[])[0]?.result ?? "";
}

describe("a good release", () => {
  test("comes in without a lost request, and is what answers afterwards", async () => {
    const { result, answers } = await update({ release: "1.3.0" });
    expectSuccess(result);
    expectNothingLost(answers);
    for (const member of members) expect(answers[member].releases, member).toEqual(["1.2.0", "1.3.0"]);
    expect(result.output).toMatch(/canary: step 1 of 4, verification before any traffic, weight 0 %/);
    expect(result.output).toMatch(/canary: step \d of 4.*weight (25|50) %, pods \d\/4/);
    expect(await lastResult()).toBe("succeeded");
  });

  test("comes in without a lost request while strategies are switched", async () => {
    const canary = { canary: { steps: [{ setWeight: 25 }] } };
    const switched = {
      rolling: canary,
      canary: { canary: undefined, blueGreen: {} },
      bluegreen: { blueGreen: undefined },
    };
    const there = await update({ release: "1.2.0", strategies: switched });
    expectSuccess(there.result);
    expectNothingLost(there.answers);
    const back = await update({ release: "1.3.0" });
    expectSuccess(back.result);
    expectNothingLost(back.answers);
  });
});

describe("a release that cannot run", () => {
  test.each([
    ["crashes at its start", { fault: "crash" }, /CrashLoopBackOff.*exit code 1/],
    ["has an image that is not there", { release: "9.9.9" }, /ErrImagePull|ImagePullBackOff/],
    ["never gets ready", { fault: "never-ready", deadline: "10s" }, /progress/i],
  ])("and %s fails, says why, and takes no request", async (_, setting, why) => {
    const { result, answers } = await update({ release: "1.3.0", ...setting });
    expect(result.status, result.output).not.toBe(0);
    expect(result.output).toMatch(why);
    for (const member of members) expect(result.output).toContain(`/${member}`);
    expectNothingLost(answers);
    for (const member of members) expect(answers[member].releases, member).toEqual(["1.3.0"]);
    expect(await lastResult()).toBe("failed");
  });

  test("fails again when nothing was mended, and the good one is there at once when it is", async () => {
    const again = await bring(
      project,
      stack,
      fleetDocuments(fleet, { release: "1.3.0", fault: "never-ready", deadline: "10s" }),
    );
    expect(again.status, again.output).not.toBe(0);
    expect(again.output).toContain("an earlier try failed");
    const { result, answers } = await update({ release: "1.3.0" });
    expectSuccess(result);
    expectNothingLost(answers);
  });
});
