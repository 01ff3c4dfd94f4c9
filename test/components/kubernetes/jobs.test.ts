import { describe, expect, test } from "vitest";
import { defaultVerifier, taskArgs, verificationArgs, verificationPlan } from "../../../components/kubernetes/jobs.ts";
import type { Task } from "../../../model/index.ts";
import { anyDigest } from "../../support/documents.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, shopContext } from "./context.ts";

const template = "spec.template.spec";

function taskOf(task: object) {
  const context = shopContext({ release: { tasks: { before: [{ name: "migrate", ...task }] } } });
  return taskArgs(context, context.plugin.release.tasks.before[0] as Task);
}

function verification(changes?: Changes, generation = "3") {
  return verificationArgs(shopContext(changes), generation);
}

describe("a task", () => {
  test("is a Job of the release's image that is tried once, and named by the engine", () => {
    const job = taskOf({ args: ["db", "migrate"], timeout: "90s" });

    expect(job.metadata).not.toHaveProperty("name");
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 90 });
    expect(at(job, template)).toMatchObject({ restartPolicy: "Never", serviceAccountName: "payment-gateway" });
    expect(at(job, `${template}.containers.0`)).toMatchObject({
      name: "task",
      image: `registry.example.com/shop/payment-gateway@${anyDigest("a")}`,
      args: ["db", "migrate"],
    });
    expect(at(job, `${template}.containers.0`)).not.toHaveProperty("command");
  });

  test("is run anew by the next update if it failed, instead of failing for ever", () => {
    expect(at(taskOf({}), "metadata.annotations")).toMatchObject({ "pulumi.com/replaceUnready": "true" });
  });

  test("runs another image and command where it names them", () => {
    const image = `registry.example.com/tools/flyway@${anyDigest("f")}`;

    expect(at(taskOf({ image, command: ["flyway", "migrate"] }), `${template}.containers.0`)).toMatchObject({
      image,
      command: ["flyway", "migrate"],
    });
  });

  test("gives its arguments as they are: Kubernetes would put variables into $(…), and read $$ as $", () => {
    expect(at(taskOf({ args: ["--tag=$(date)", "a$$b"] }), `${template}.containers.0.args`)).toEqual([
      "--tag=$$(date)",
      "a$$$$b",
    ]);
  });

  test("has the plugin's bindings and network, but takes none of its requests", () => {
    const labels = at(taskOf({}), "spec.template.metadata.labels");

    expect(labels).toMatchObject({ "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "task" });
    expect(at(taskOf({}), `${template}.volumes`)).toHaveLength(2);
  });
});

describe("the verification", () => {
  test("says what is to be proven: readiness in any case, the release's checks, and every binding", () => {
    const context = shopContext({
      release: { verify: [{ get: "/charges/ping", expect: 204, timeout: "1500ms" }], http: { ready: "/ok" } },
    });

    expect(verificationPlan(context)).toEqual({
      plugin: "payment-gateway",
      version: "2.4.1",
      url: "http://payment-gateway.storefront-dev.svc.cluster.local",
      checks: [
        { path: "/ok", status: 200, timeoutSeconds: 5 },
        { path: "/charges/ping", status: 204, timeoutSeconds: 1.5 },
      ],
      bindings: ["fraud", "inventory", "orders", "tax-calculator"],
    });
  });

  test("reads that from its environment", () => {
    const env = at(verification(), `${template}.containers.0.env`) as { name: string; value: string }[];
    const plan = env.find(({ name }) => name === "PATCHBAY_VERIFICATION")?.value ?? "";

    expect(JSON.parse(plan)).toEqual(verificationPlan(shopContext()));
    expect(env.filter(({ name }) => name === "SERVICE_BINDING_ROOT")).toHaveLength(1);
  });

  test("is run by the environment's image, or by ours", () => {
    const image = `registry.example.com/tools/verifier@${anyDigest("e")}`;

    expect(at(verification(), `${template}.containers.0.image`)).toBe(defaultVerifier);
    expect(at(verification({ environment: { verifier: { image } } }), `${template}.containers.0.image`)).toBe(image);
  });

  test("is tried once, ends in time, and is replaced by the next update if it failed", () => {
    const job = verification({ environment: { verifier: { timeout: "45s" } } });

    expect(job.metadata).not.toHaveProperty("name");
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 45 });
    expect(at(job, "metadata.annotations")).toMatchObject({ "pulumi.com/replaceUnready": "true" });
  });

  test("names the workload and the generation whose rollout must be over", () => {
    expect(at(verification({}, "7"), "metadata.annotations")).toMatchObject({
      "patchbay.dev/workload": "payment-gateway",
      "patchbay.dev/workload-generation": "7",
    });
  });

  test("has another pod for another generation, so that going back to a release is verified as well", () => {
    const pod = (generation: string) => at(verification({}, generation), "spec.template");

    expect(pod("1")).not.toEqual(pod("2"));
    expect(pod("1")).toEqual(pod("1"));
  });

  test("is not among the pods that take requests", () => {
    expect(at(verification(), "spec.template.metadata.labels")).toMatchObject({ "patchbay.dev/role": "verification" });
  });
});
