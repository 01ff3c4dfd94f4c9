/** What a failure carries besides its reason, and what it never does. */
import { describe, expect, test } from "vitest";
import { failedJobLogs } from "../../../../components/kubernetes/gate/failed-job.ts";
import { FakeApi, refuse } from "./fake-api.ts";
import { FakeWorkload, healthy, midway, paths, stuck } from "./fake-workload.ts";

const password = "pa55 w0rd!";
const uri = `postgresql://shop:${encodeURIComponent(password)}@db:5432/orders`;

/** A Deployment whose pod `p-1` crashes after it has begun. */
async function crashing(): Promise<FakeWorkload> {
  const workload = await FakeWorkload.start("Deployment");
  workload.status = { ...healthy.Deployment, availableReplicas: 1 };
  return workload;
}

function detailsOf(workload: FakeWorkload): Promise<readonly string[]> {
  return workload
    .failure({
      "1 of 2 pods ready": () => {
        workload.addPod("p-1", stuck("CrashLoopBackOff"));
      },
    })
    .then(({ details = [] }) => details);
}

describe("a failure", () => {
  test("carries the warnings of its own pods, how often each came, and the end of their logs", async () => {
    await using workload = await crashing();
    workload.log = "starting\n\nno such table: orders\n";
    const event = { reason: "BackOff", message: "Back-off restarting failed container", count: 3 };
    workload.api.on("GET", paths.events, () => ({
      items: [
        { ...event, metadata: {}, involvedObject: { name: "p-1" } },
        { ...event, metadata: {}, involvedObject: { name: "somebody-else" } },
      ],
    }));

    expect(await detailsOf(workload)).toEqual([
      "event BackOff (3 times): Back-off restarting failed container",
      "log of p-1, container plugin:",
      "  starting",
      "  no such table: orders",
    ]);
  });

  test("asks for the log of the run that crashed, since the next one has not begun, and for its end only", async () => {
    await using workload = await crashing();

    await detailsOf(workload);

    expect(workload.api.asked.find(({ path }) => path.endsWith("/p-1/log"))?.query).toEqual({
      container: "plugin",
      previous: "true",
      tailLines: "20",
    });
  });

  test.each([
    [
      "raw, in the middle of a line",
      `cannot connect with ${password}, giving up`,
      "cannot connect with [secret], giving up",
    ],
    ["in a URL", `dial ${uri} failed`, "dial [secret] failed"],
    ["as another URL holds it", `dial pg://x:${encodeURIComponent(password)}@db`, "dial pg://x:[secret]@db"],
    ["more than once", `${password}${password}`, "[secret][secret]"],
  ])("shows no secret of its bindings %s", async (_, line, shown) => {
    await using workload = await crashing();
    workload.credentials = { password, uri, host: "orders-db", username: "shop" };
    workload.log = `orders-db: ${line}\n`;

    expect(await detailsOf(workload)).toEqual(["log of p-1, container plugin:", `  orders-db: ${shown}`]);
  });

  test("shows no secret in an event either", async () => {
    await using workload = await crashing();
    workload.credentials = { token: "t0ken-of-somebody" };
    workload.api.on("GET", paths.events, () => ({
      items: [
        { reason: "Unhealthy", message: "GET /?t=t0ken-of-somebody", metadata: {}, involvedObject: { name: "p-1" } },
      ],
    }));

    expect(await detailsOf(workload)).toEqual(["event Unhealthy: GET /?t=[secret]"]);
  });

  test("shows no line at all where the Secrets to strike out cannot be read", async () => {
    await using workload = await crashing();
    workload.log = `connecting with ${password}`;
    workload.api.on("GET", paths.secrets, refuse(403));

    expect(await detailsOf(workload)).toEqual([
      "events and logs are left out: the Secrets to strike out of them cannot be read",
    ]);
  });

  test.each([403, 500])("is told all the same where events and logs cannot be had: status %i", async (status) => {
    await using workload = await crashing();
    workload.api.on("GET", paths.events, refuse(status));
    const failing = workload.failure({
      "1 of 2 pods ready": () => {
        workload.addPod("p-1", stuck("CrashLoopBackOff"));
        workload.api.on("GET", `${paths.pods}/p-1/log`, refuse(status));
      },
    });

    const { found, details } = await failing;

    expect(found).toContain("CrashLoopBackOff");
    expect(details).toEqual([]);
  });
});

describe("a failed analysis", () => {
  const failed = { ...midway, phase: "Degraded", abort: true, message: "RolloutAborted: x" };
  const run = (name: string, phase: string, metricResults: object[], second = 1) => ({
    metadata: { name, creationTimestamp: `2026-01-02T03:04:0${String(second)}Z` },
    status: { phase, metricResults },
  });
  const detailsAfter = async (workload: FakeWorkload, runs: object[]) => {
    workload.status = midway;
    workload.api.on("GET", paths.analysisRuns, () => ({ items: runs }));
    const { details } = await workload.failure({
      "pods 1/2": () => {
        workload.status = failed;
      },
    });
    return details;
  };

  test("is told with what was measured, the newest run of this change only", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    const errors = (value: string) => ({
      name: "errors",
      phase: "Failed",
      message: "too many",
      measurements: [{ value: "[0.01]" }, { value }],
    });

    expect(
      await detailsAfter(workload, [
        run("payments-5f7c-2-1", "Failed", [errors("[0.4]"), { name: "latency", phase: "Successful" }], 2),
        run("payments-5f7c-1-1", "Failed", [errors("[0.3]")], 1),
        run("payments-01d0-1-1", "Failed", [errors("[0.2]")], 3),
        run("payments-5f7c-3-1", "Successful", [errors("[0.1]")], 4),
      ]),
    ).toEqual(["analysis errors failed: too many; measured [0.4]"]);
  });

  test("of a Job is told with the Job's last words, without secrets", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.credentials = { password };
    workload.log = `orders: password ${password} refused\n`;
    const state = { terminated: { exitCode: 1 } };
    workload.addPod("job-1-x", { containerStatuses: [{ name: "verifier", ready: false, restartCount: 0, state }] }, {});
    const verification = {
      name: "verification",
      phase: "Failed",
      measurements: [{ phase: "Failed", metadata: { "job-name": "job-1" } }],
    };

    expect(await detailsAfter(workload, [run("payments-5f7c-2-0-verification", "Failed", [verification])])).toEqual([
      "analysis verification failed",
      "log of job-1-x, container verifier:",
      "  orders: password [secret] refused",
    ]);
  });

  test("does not hide the failure where it cannot be read", async () => {
    await using workload = await FakeWorkload.start("Rollout");
    workload.status = midway;
    workload.api.on("GET", paths.analysisRuns, refuse(403));

    expect(
      await workload.failure({
        "pods 1/2": () => {
          workload.status = failed;
        },
      }),
    ).toMatchObject({
      found: "RolloutAborted: x",
      details: [],
    });
  });
});

describe("a failed Job", () => {
  const jobs = "/apis/batch/v1/namespaces/shop/jobs";
  const job = (name: string, second: number) => ({
    metadata: { name, creationTimestamp: `2026-01-02T03:04:0${String(second)}Z` },
  });
  const asked = { namespace: "shop", plugin: "payments", prefix: "payments-verification" };

  test("is the newest that the engine made for the resource; its secrets are the plugin's own", async () => {
    await using api = await FakeApi.start();
    const pod = {
      metadata: { name: "x", namespace: "shop" },
      status: {
        containerStatuses: [
          { name: "verifier", ready: false, restartCount: 0, state: { terminated: { exitCode: 1 } } },
        ],
      },
    };
    const secret = { metadata: {}, data: { password: Buffer.from(password).toString("base64") } };
    api
      .on("GET", jobs, () => ({
        items: [job("payments-verification-1", 1), job("payments-verification-2", 2), job("payments-services-3", 3)],
      }))
      .on("GET", paths.pods, () => ({ items: [pod] }))
      .on("GET", paths.secrets, () => ({ items: [secret] }))
      .on("GET", `${paths.pods}/x/log`, () => `no ${password}\n`);

    expect(await failedJobLogs(api.connection, asked)).toEqual(["log of x, container verifier:", "  no [secret]"]);
    expect(api.asked.find(({ path }) => path === jobs)?.query).toEqual({
      labelSelector: "patchbay.dev/plugin=payments",
    });
    expect(api.asked.find(({ path }) => path === paths.pods)?.query).toEqual({
      labelSelector: "batch.kubernetes.io/job-name=payments-verification-2",
    });
  });

  test("has no words where there is none", async () => {
    await using api = await FakeApi.start();
    api.on("GET", jobs, () => ({ items: [] }));

    expect(await failedJobLogs(api.connection, asked)).toEqual([]);
    expect(api.asked).toHaveLength(1);
  });
});
