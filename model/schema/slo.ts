import { z } from "zod";
import { duration, percent } from "./measure.ts";
import { name } from "./text.ts";

/** Strings and comments of PromQL, in which brackets mean nothing. */
const inertParts = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#.*/g;
const brackets: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Whether a query can stand inside another one without changing what that means. */
function isSelfContained(query: string): boolean {
  const code = query.replace(inertParts, (part) => (part.startsWith("#") ? "" : '""'));
  if (/["'`]/.test(code.replaceAll('""', ""))) return false;
  const open: string[] = [];
  for (const character of code) {
    if (Object.values(brackets).includes(character)) open.push(character);
    else if (Object.hasOwn(brackets, character) && open.pop() !== brackets[character]) return false;
  }
  return open.length === 0 && code.trim() !== "";
}

const query = z
  .string({ error: "a query in PromQL" })
  .max(4096, { error: "a query of at most 4096 characters", abort: true })
  .refine(isSelfContained, { error: "a query in PromQL whose quotes and brackets are closed" });

const accuracy = z
  .strictObject({
    good: query.describe("PromQL: how much of it is right. `$selector` stands for this plugin in this environment."),
    total: query.describe("PromQL: how much there is. `$selector` stands for this plugin in this environment."),
    objective: percent.describe("Smallest share that is right."),
  })
  .describe("How much of the data that the plugin keeps in step agrees with its source.");

const latencyP99 = duration.optional().describe("99 of 100 requests are answered within it.");
const syncLag = duration.optional();

const bindingObjectives = z
  .strictObject({
    availability: percent
      .optional()
      .describe("Share of time in which the plugin reaches the service (patchbay_binding_up)."),
    errorRate: percent
      .optional()
      .describe("Largest share of the plugin's calls that fail: 5xx, no answer, a failed query."),
    latencyP99: latencyP99.describe("99 of 100 calls are answered within it."),
    syncLag: syncLag.describe("Longest delay behind the service (patchbay_sync_lag_seconds with the label binding)."),
    accuracy: accuracy.optional(),
  })
  .describe("What the plugin may rely on in one binding; alerts are made of it, and name the binding.");

export const sloSchema = z
  .strictObject({
    availability: percent.optional().describe("Share of time in which the plugin answers."),
    errorRate: percent.optional().describe("Largest share of requests answered with 5xx."),
    latencyP99,
    syncLag: syncLag.describe("Longest delay of the data that the plugin keeps in step (patchbay_sync_lag_seconds)."),
    accuracy: accuracy.optional(),
    bindings: z
      .record(name, bindingObjectives)
      .default({})
      .describe("Objectives of single bindings, by integration point or required plugin."),
  })
  .describe("What users may rely on; alerts are made of it.");

/** Objectives of a plugin, or of one of its bindings. */
export type Objectives = z.output<typeof bindingObjectives>;
