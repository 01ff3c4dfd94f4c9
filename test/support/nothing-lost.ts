import { expect } from "vitest";
import { type Member, members } from "./fleet.ts";
import type { Answers } from "./load.ts";

/** Every request got an answer, and a good one. */
export function expectNothingLost(answers: Readonly<Record<Member, Answers>>, of: readonly Member[] = members): void {
  for (const member of of) {
    expect(answers[member].all.length, member).toBeGreaterThan(20);
    expect(answers[member].failed, member).toEqual([]);
  }
}
