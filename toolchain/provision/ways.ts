import { ToolchainError } from "../errors.ts";

/** How a program may be come by. */
export type Way = "path" | "download" | "build";

const WAYS: readonly Way[] = ["path", "download", "build"];

/**
 * The ways to try, in order: all, or the one that `PATCHBAY_TOOLCHAIN` names.
 *
 * @throws ToolchainError `way-unknown`
 */
export function allowedWays(environment: NodeJS.ProcessEnv): readonly Way[] {
  const wanted = environment["PATCHBAY_TOOLCHAIN"];
  if (!wanted) return WAYS;
  const way = WAYS.find((known) => known === wanted);
  if (way) return [way];
  throw new ToolchainError({
    code: "way-unknown",
    problem: "PATCHBAY_TOOLCHAIN names no way to come by the toolchain",
    found: wanted,
    expected: WAYS.join(", "),
    remedy: "unset PATCHBAY_TOOLCHAIN to have all of them tried",
  });
}
