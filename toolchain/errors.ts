/** What a {@link ToolchainError} tells its reader; every field is one line of plain text. */
export interface ToolchainProblem {
  /** Stable identifier, e.g. `go-missing`. */
  readonly code: string;
  /** What failed, e.g. `The Pulumi engine cannot be built`. */
  readonly problem: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

/** A machine that lacks something the toolchain needs, or a step of the toolchain that failed. Its message is complete. */
export class ToolchainError extends Error {
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;

  constructor(problem: ToolchainProblem, options?: ErrorOptions) {
    super(
      [
        problem.problem,
        `  found     ${problem.found}`,
        `  expected  ${problem.expected}`,
        `  remedy    ${problem.remedy}`,
      ].join("\n"),
      options,
    );
    this.name = "ToolchainError";
    this.code = problem.code;
    this.found = problem.found;
    this.expected = problem.expected;
    this.remedy = problem.remedy;
  }
}
