import { parseArgs } from "node:util";
import { rolloutParts } from "./rollouts/rollouts.ts";
import type { Effort } from "./rounds.ts";

/** What can be measured, each by itself. */
const parts = ["stacks", ...rolloutParts, "wave"] as const;
type Part = (typeof parts)[number];

/** What can be measured, as a user names it. */
const choices: Readonly<Record<string, readonly Part[]>> = {
  ...Object.fromEntries(parts.map((part) => [part, [part]])),
  rollouts: rolloutParts,
};

export const usage = `npm run bench -- [options]
  --only PARTS        what to measure, of stacks,rollouts,wave (default: all)
  --json              figures as JSON
stacks: previews, updates and start-up beside a raw program with the same resources
  --plugins 10,100    sizes (default: 10,100)
  --rounds N          fresh stacks of each size (default: 3; 1 from 50 plugins on)
  --repeats N         previews and updates without change of each stack (default: 2; 3 from 50 plugins on)
  --skip-checkpoints  let the engine save its state only at the end, in both programs; for the wave as well
rollouts: failures, requests under load and gating, which can also be named one by one, on a node that runs containers
  --releases N        good releases that are timed (default: 5)
  --patience SECONDS  how long plain Pulumi may wait for a broken release (default: 60)
wave: a new release of many plugins in one update, on simulated nodes
  --wave N            plugins (default: 100)
  --waves N           updates of each program (default: 1)
`;

export interface Options {
  readonly parts: ReadonlySet<Part>;
  readonly sizes: readonly number[];
  readonly effort: (plugins: number) => Effort;
  readonly checkpoints: boolean;
  readonly releases: number;
  readonly patienceSeconds: number;
  readonly wave: { readonly plugins: number; readonly rounds: number };
  readonly json: boolean;
}

/**
 * Reads the command line; nothing where it asks for help.
 *
 * @throws RangeError where a value is none of those that can be
 */
export function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: parts.join(",") },
      plugins: { type: "string", default: "10,100" },
      rounds: { type: "string" },
      repeats: { type: "string" },
      "skip-checkpoints": { type: "boolean", default: false },
      releases: { type: "string", default: "5" },
      patience: { type: "string", default: "60" },
      wave: { type: "string", default: "100" },
      waves: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const isLarge = (plugins: number) => plugins >= 50;
  return {
    parts: new Set(values.only.split(",").flatMap(partsNamed)),
    sizes: values.plugins.split(",").map((text) => positive("--plugins", text)),
    effort: (plugins) => ({
      rounds: positive("--rounds", values.rounds ?? (isLarge(plugins) ? "1" : "3")),
      repeats: positive("--repeats", values.repeats ?? (isLarge(plugins) ? "3" : "2")),
    }),
    checkpoints: !values["skip-checkpoints"],
    releases: positive("--releases", values.releases),
    patienceSeconds: positive("--patience", values.patience),
    wave: { plugins: positive("--wave", values.wave), rounds: positive("--waves", values.waves) },
    json: values.json,
  };
}

function partsNamed(name: string): readonly Part[] {
  const found = choices[name];
  if (found === undefined)
    throw new RangeError(`--only: found ${name}, expected some of ${Object.keys(choices).join(", ")}`);
  return found;
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`${option}: found ${text}, expected a number from 1 on`);
  return number;
}
