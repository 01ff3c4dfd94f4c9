/**
 * What can be wrong, by kind. One place maps a kind to how a caller answers: `exit` is the exit status of a command
 * (1 the state of affairs is bad, 2 the call was), `http` the status of a response.
 */
export const problemKinds = {
  "document-unreadable": { exit: 1, http: 422 },
  "document-too-large": { exit: 1, http: 413 },
  "schema-violation": { exit: 1, http: 422 },
  "config-missing": { exit: 1, http: 422 },
  "config-too-large": { exit: 1, http: 413 },
  "name-taken": { exit: 1, http: 409 },
  "release-unknown": { exit: 1, http: 404 },
  "release-mismatch": { exit: 1, http: 422 },
  "digest-missing": { exit: 1, http: 422 },
  "digest-mismatch": { exit: 1, http: 409 },
  "host-mismatch": { exit: 1, http: 409 },
  "gateway-missing": { exit: 1, http: 409 },
  "broker-missing": { exit: 1, http: 409 },
  "plugin-held": { exit: 1, http: 409 },
  "plugin-missing": { exit: 1, http: 409 },
  "plugin-out-of-range": { exit: 1, http: 409 },
  "plugin-conflict": { exit: 1, http: 409 },
  "dependency-cycle": { exit: 1, http: 409 },
  "route-taken": { exit: 1, http: 409 },
  "trigger-duplicate": { exit: 1, http: 422 },
  "binding-unknown": { exit: 1, http: 422 },
  "service-missing": { exit: 1, http: 409 },
  "service-mismatch": { exit: 1, http: 409 },
  "auth-mismatch": { exit: 1, http: 409 },
  "credentials-missing": { exit: 1, http: 409 },
  "credentials-unknown": { exit: 1, http: 422 },
  "analysis-unknown": { exit: 1, http: 409 },
  "analysis-endless": { exit: 1, http: 422 },
  "analysis-argument-missing": { exit: 1, http: 422 },
  "rollout-failed": { exit: 1, http: 409 },
  "engine-failed": { exit: 1, http: 500 },
  "tool-missing": { exit: 1, http: 500 },
  "state-locked": { exit: 1, http: 409 },
  usage: { exit: 2, http: 400 },
} as const;

export type ProblemCode = keyof typeof problemKinds;

/** One thing that is wrong: where, what was found there, what was expected, and what its reader can do. */
export interface Problem {
  readonly code: ProblemCode;
  /** The document, relative to the project, for example `Pulumi.dev.yaml`. */
  readonly file: string;
  /** Keys from the document's root, joined by dots; empty for the document itself. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
  /** What the reader may want to see besides, line by line: events, the end of a log. */
  readonly details?: readonly string[];
}

/** More problems than anybody reads at once; a hostile document has thousands. */
const mostShown = 100;

/** More lines of details than anybody reads. */
const mostDetails = 60;

/** Everything that is wrong at once. The message is what a user reads: it never holds the value of a secret. */
export class PatchbayError extends Error {
  override readonly name = "PatchbayError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]] | readonly Problem[]) {
    const left = problems.length - mostShown;
    const more = left > 0 ? [`and ${String(left)} more; mend these first`] : [];
    super([...problems.slice(0, mostShown).map(describeProblem), ...more].join("\n\n"));
    this.problems = problems;
  }

  /** Exit status of a command that ends with this error. */
  get exitStatus(): number {
    return this.problems.reduce<number>((status, { code }) => Math.max(status, problemKinds[code].exit), 1);
  }
}

/** Four lines: the place, then found, expected and remedy; and the details, if any. Whatever a document says, no part gets longer than its line. */
export function describeProblem(problem: Problem): string {
  const place = [problem.file, problem.path].filter((part) => part !== "").join(": ");
  return [
    printable(place),
    `  found     ${printable(problem.found)}`,
    `  expected  ${printable(problem.expected)}`,
    `  remedy    ${printable(problem.remedy)}`,
    ...(problem.details ?? []).slice(0, mostDetails).map((line) => `    | ${printable(line)}`),
  ].join("\n");
}

/** Longest part of a message: what is longer was made to be. */
const longestPart = 1000;

/** Text that a terminal shows and does not obey: control characters, and such as change the direction, are spelt out. */
function printable(text: string): string {
  const short = text.length > longestPart ? `${text.slice(0, longestPart)}…` : text;
  return short.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
