/** Runs every check there is; the last line counts them: `N passed, N failed`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Counts, countsVariable } from "./support/count-reporter.ts";

const root = resolve(import.meta.dirname, "..");

/** Checks that look at the sources, each of which counts as one. */
const sourceChecks: Readonly<Record<string, readonly string[]>> = {
  types: ["tsc", "--noEmit"],
  lint: ["eslint", ".", "--max-warnings", "0"],
  format: ["biome", "ci", "--colors=off"],
  "direction of imports": ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "err", "."],
  "dead code": ["knip"],
};

function checkSources(): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, [program = "", ...args]] of Object.entries(sourceChecks)) {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin", program), args, {
      cwd: root,
      encoding: "utf8",
    });
    const passed = status === 0;
    counts[passed ? "passed" : "failed"] += 1;
    console.log(`${passed ? "✓" : "✗"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (!passed) console.log(`${stdout}${stderr}`);
  }
  return counts;
}

function runTests(filters: readonly string[]): Counts {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-test-"));
  try {
    const counts = join(folder, "counts.json");
    const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", ...filters], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, [countsVariable]: counts },
    });
    const read = readCounts(counts);
    // A run that failed without a failed test (coverage, a crash) is a failure all the same.
    return status === 0 || read.failed > 0 ? read : { ...read, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const filters = process.argv.slice(2);
const sources = filters.length === 0 ? checkSources() : { passed: 0, failed: 0, skipped: 0 };
const tests = runTests(filters);
const passed = sources.passed + tests.passed;
const failed = sources.failed + tests.failed;
console.log(
  `${String(passed)} passed, ${String(failed)} failed${tests.skipped > 0 ? `, ${String(tests.skipped)} skipped` : ""}`,
);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
