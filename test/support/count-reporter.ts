import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Where `test/run.ts` reads the counts. */
export const countsVariable = "PATCHBAY_TEST_COUNTS";

/** Counts tests; a module that could not be loaded, and an error outside of any test, count as failures. */
export default class CountReporter implements Reporter {
  readonly #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== "pending") this.#counts[state] += 1;
  }

  onTestModuleEnd(module: TestModule): void {
    this.#counts.failed += module.errors().length;
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#counts.failed += unhandledErrors.length;
    const file = process.env[countsVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#counts));
  }
}
