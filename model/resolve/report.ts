import { PatchbayError, type Problem } from "../problem.ts";

/** Collects problems, so that a user sees all of them at once. */
export class Report {
  readonly #problems: Problem[] = [];

  add(problems: Iterable<Problem>): void {
    for (const problem of problems) this.#problems.push(problem);
  }

  /** Runs a step that may throw a {@link PatchbayError}; its problems join the others. */
  attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      this.add(error.problems);
      return undefined;
    }
  }

  /** @throws PatchbayError with all problems, if there is one. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new PatchbayError(this.#problems);
  }
}
