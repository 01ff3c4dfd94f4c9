/** Releases that come in, and releases that must not, of every strategy at once, on real containers and under load. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultVerifier } from "../../components/kubernetes/verification.ts";
import { ownNamespace } from "../support/cluster.ts";
import {
  allAt,
  bring,
  declaredReleases,
  type Fleet,
  fleetDocuments,
  fleetReleases,
  lastRecorded,
  members,
  underLoad,
} from "../support/fleet.ts";
import { expectNothingLost } from "../support/nothing-lost.ts";
import { expectSuccess, Project } from "../support/project.ts";
import { fleetImages, realCluster, removeNamespace } from "../support/real.ts";

const stack = "fleet";

/** Analyses by a web check of the new pods, and by a Job. */
const analyses = {
  "says-its-release": {
    metrics: [
      {
        name: "release",
        successCondition: 'result == "{{args.release}}"',
        provider: { web: { url: "http://{{args.latest-service}}/version", jsonPath: "{$.version}" } },
      },
    ],
  },
  job: { metrics: [{ name: "job", provider: { job: { image: defaultVerifier, args: ["version"] } } }] },
};
let project: Project;
let fleet: Fleet;

beforeAll(async () => {
  fleet = { namespace: ownNamespace("fleet"), images: fleetImages(), credentials: {}, services: {}, analyses };
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

describe("a good release", () => {
  test("comes in without a lost request, and is what answers afterwards", async () => {
    const analysis = { templates: [{ templateName: "says-its-release" }, { templateName: "job" }] };
    const canary = { canary: { steps: [{ setWeight: 25 }, { analysis }, { setWeight: 50 }] } };
    const { result, answers } = await update({ release: "1.3.0", strategies: { canary } });
    expectSuccess(result);
    expectNothingLost(answers);
    for (const member of members) expect(answers[member].releases, member).toEqual(["1.2.0", "1.3.0"]);
    expect(result.output).toMatch(/canary: step 1 of 4, verification before any traffic, weight 0 %/);
    expect(result.output).toMatch(/canary: step 3 of 4, weight 25 %, analysis running, pods 1\/4/);
    expect(await lastRecorded(project, stack)).toEqual({ result: "succeeded", releases: allAt("1.3.0") });
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
    // Plain pulumi up takes nothing back: record and file still say what was tried.
    const release = "release" in setting ? setting.release : "1.3.0";
    expect(await lastRecorded(project, stack)).toEqual({ result: "failed", releases: allAt(release) });
    expect(declaredReleases(project, stack)).toEqual(allAt(release));
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
