import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { versions } from "../../../toolchain/versions.ts";
import { root } from "./markdown.ts";

const stepSchema = z.object({ uses: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() });
const jobSchema = z.object({
  uses: z.string().optional(),
  with: z.record(z.string(), z.string()).optional(),
  needs: z.string().optional(),
  if: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  strategy: z.object({ matrix: z.object({ environment: z.array(z.string()) }) }).optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.string() }).optional(),
  steps: z.array(stepSchema).optional(),
});
const workflowSchema = z.object({
  name: z.string(),
  on: z.unknown(),
  permissions: z.record(z.string(), z.string()).optional(),
  jobs: z.record(z.string(), jobSchema),
});

const files = globSync(".github/workflows/*.yml", { cwd: root });

function workflow(file: string) {
  return workflowSchema.parse(parse(readFileSync(resolve(root, ".github/workflows", file), "utf8")));
}

const environments = globSync("Pulumi.*.yaml", { cwd: root }).map((file) => file.split(".")[1] ?? "");

test.each(files)("%s is YAML of a workflow", (file) => {
  expect(workflowSchema.safeParse(parse(readFileSync(resolve(root, file), "utf8"))).error).toBeUndefined();
});

describe("deploy.yml", () => {
  const { jobs, permissions } = workflow("deploy.yml");

  test("previews every environment, and nothing of a fork", () => {
    expect(jobs.preview?.strategy?.matrix.environment.toSorted()).toEqual(environments.toSorted());
    expect(jobs.preview?.if).toContain("head.repo.full_name == github.repository");
  });

  test("updates every environment once", () => {
    const updated = Object.values(jobs).flatMap((job) => (job.with?.command === "up" ? [job.with.environment] : []));

    expect(updated.toSorted()).toEqual(environments.toSorted());
  });

  test("updates dev, then staging, then prod", () => {
    expect(jobs.dev?.if).toBe("github.event_name == 'push'");
    expect(jobs.staging?.needs).toBe("dev");
    expect(jobs.prod?.needs).toBe("staging");
  });

  test("asks for no right but to read the code, and in previews to comment", () => {
    expect(permissions).toEqual({});
    const { preview, ...updates } = jobs;
    expect(preview?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    for (const job of Object.values(updates)) expect(job.permissions).toEqual({ contents: "read" });
  });
});

describe("pulumi.yml", () => {
  const job = workflow("pulumi.yml").jobs.run;

  test("runs one update of an environment at a time, and cuts none off", () => {
    expect(job?.concurrency?.group).toContain("${{ inputs.environment }}");
    expect(job?.concurrency?.["cancel-in-progress"]).toBe("${{ inputs.command == 'preview' }}");
  });

  test("uses the engine and the Node that the project pins", () => {
    const withs = job?.steps?.flatMap((step) => (step.with === undefined ? [] : [step.with])) ?? [];

    expect(withs).toContainEqual(expect.objectContaining({ "pulumi-version": versions.pulumi }));
    expect(withs).toContainEqual(expect.objectContaining({ "node-version": 24 }));
  });
});

test("GitHub's own actions are pinned by commit", () => {
  const used = files.flatMap((file) =>
    Object.values(workflow(file.replace(".github/workflows/", "")).jobs).flatMap(({ steps = [] }) =>
      steps.flatMap(({ uses }) => uses ?? []),
    ),
  );

  expect(used.filter((action) => action.startsWith("actions/"))).not.toEqual([]);
  for (const action of used.filter((each) => each.startsWith("actions/"))) expect(action).toMatch(/@[0-9a-f]{40}$/);
});
