import { expect, test } from "vitest";
import { taskArgs } from "../../../components/kubernetes/task.ts";
import type { Task } from "../../../model/index.ts";
import { anyDigest } from "../../support/documents.ts";
import { at } from "../../support/mock-world.ts";
import { shopContext } from "./context.ts";

const template = "spec.template.spec";

function taskOf(task: object) {
  const context = shopContext({ release: { tasks: { before: [{ name: "migrate", ...task }] } } });
  return taskArgs(context, context.plugin.release.tasks.before[0] as Task);
}

test("a task is a Job of the release's image that is tried once, and named by the engine", () => {
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

test("a task that failed is run anew by the next update, instead of failing for ever", () => {
  expect(at(taskOf({}), "metadata.annotations")).toMatchObject({ "pulumi.com/replaceUnready": "true" });
});

test("a task is known by its plugin and its name, so that a second one can wait for the first", () => {
  expect(at(taskOf({}), "metadata.labels")).toEqual({
    "app.kubernetes.io/managed-by": "patchbay",
    "patchbay.dev/plugin": "payment-gateway",
    "patchbay.dev/task": "migrate",
  });
});

test("a task runs another image and command where it names them", () => {
  const image = `registry.example.com/tools/flyway@${anyDigest("f")}`;

  expect(at(taskOf({ image, command: ["flyway", "migrate"] }), `${template}.containers.0`)).toMatchObject({
    image,
    command: ["flyway", "migrate"],
  });
});

test("a task gets its arguments as they are: Kubernetes would put variables into $(…), and read $$ as $", () => {
  expect(at(taskOf({ args: ["--tag=$(date)", "a$$b"] }), `${template}.containers.0.args`)).toEqual([
    "--tag=$$(date)",
    "a$$$$b",
  ]);
});

test("a task has the plugin's bindings and network, but takes none of its requests", () => {
  const labels = at(taskOf({}), "spec.template.metadata.labels");

  expect(labels).toMatchObject({ "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "task" });
  expect(at(taskOf({}), `${template}.volumes`)).toHaveLength(2);
});
