import { PatchbayError } from "../../model/index.ts";

/** The error that a step throws; fails where it throws nothing, or anything but a PatchbayError. */
export function refusal(step: () => unknown): PatchbayError {
  try {
    step();
  } catch (error) {
    if (error instanceof PatchbayError) return error;
    throw error;
  }
  throw new Error("expected a PatchbayError, but nothing was thrown");
}

/** A problem's four lines, as a user reads them. */
export function message(place: string, found: string, expected: string, remedy: string): string {
  return `${place}\n  found     ${found}\n  expected  ${expected}\n  remedy    ${remedy}`;
}
