import type { Difference, Outcome } from "../delivery/index.ts";

type Unsuccessful = Exclude<Outcome, { readonly kind: "updated" | "unchanged" }>;
type Failed = Extract<Unsuccessful, { readonly why: readonly string[] }>;

/** What an update that did not succeed left behind, and what to do next. */
export function outcomeText(environment: string, outcome: Unsuccessful): string {
  if (outcome.kind === "declined") return `${environment}: nothing was changed.`;
  if (outcome.kind === "stopped")
    return `${environment}: stopped, and not rolled back. What was done stays; run it again to go on.`;
  const why = outcome.why.length > 0 ? outcome.why : ["the engine's output above says why"];
  return [[title(environment, outcome), ...why.map(indented)], ...sections(environment, outcome)]
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function title(environment: string, outcome: Failed): string {
  switch (outcome.kind) {
    case "returned":
      return `${environment}: deployment ${String(outcome.failed)} failed, and was rolled back to deployment ${String(outcome.lastGood)}. Why it failed:`;
    case "return-failed":
      return `${environment}: deployment ${String(outcome.failed)} failed, and so did the return to deployment ${String(outcome.lastGood)}. Why it failed at first:`;
    default:
      return `${environment}: the update failed. Why:`;
  }
}

function sections(environment: string, outcome: Failed): string[][] {
  const file = `Pulumi.${environment}.yaml`;
  switch (outcome.kind) {
    case "untouched":
      return [["Nothing was changed by it, so that there is nothing to roll back."]];
    case "no-last-good":
      return [
        [
          "Nothing to return to: no deployment of this environment has succeeded yet. What was done stays.",
          `Next    mend what failed, and run npx patchbay deploy ${environment} again`,
        ],
      ];
    case "same-declaration":
      return [
        [
          `Nothing to return to: deployment ${String(outcome.lastGood)}, the last good one, declared the same. What failed is not in ${file}:`,
          "see the cluster, the services, and releases in the catalog that stand without a digest.",
        ],
      ];
    case "not-returned":
      return [["It was not rolled back:", ...outcome.hindrance.split("\n").map(indented)]];
    default:
      return [
        [`Restored in ${file}:`, ...outcome.differences.map((difference) => indented(restored(difference)))],
        held(outcome.holds),
        [`The declaration that failed is kept in ${outcome.kept}.`],
        ...ending(environment, outcome),
      ];
  }
}

function ending(
  environment: string,
  outcome: Extract<Failed, { readonly kind: "returned" | "return-failed" }>,
): string[][] {
  const file = `Pulumi.${environment}.yaml`;
  if (outcome.kind === "returned")
    return [
      [
        `Next    commit ${file}, or the next merge brings the fault back`,
        "        mend what failed, take its entry out of patchbay:holds, and deploy again",
      ],
    ];
  return [
    ["Why the return failed:", ...outcome.again.map(indented)],
    [
      "A rollback is not rolled back: the environment stays as it is.",
      `Next    npx patchbay doctor ${environment}; mend what the return names, and run npx patchbay deploy ${environment} again`,
    ],
  ];
}

function restored({ path, from, to, secret }: Difference): string {
  return secret ? `${path}  (secret)` : `${path}  ${from ?? "nothing"} -> ${to ?? "nothing"}`;
}

function held(holds: Extract<Failed, { readonly kind: "returned" }>["holds"]): string[] {
  const lines = Object.entries(holds).map(([plugin, { release, settings, refused }]) => {
    if (release === undefined) return `${plugin}: not in the environment (${refused} failed)`;
    return settings === undefined
      ? `${plugin}: at ${release} (${refused} failed)`
      : `${plugin}: at ${release} with its settings as they were`;
  });
  return lines.length === 0
    ? ["No hold is set: neither a release nor a plugin's settings had changed."]
    : ["Held, for plain pulumi up as well (patchbay:holds):", ...lines.map(indented)];
}

function indented(line: string): string {
  return `  ${line}`;
}
