/*
 * Multi-window, multi-burn-rate alerts (Google, The Site Reliability Workbook, chapter 5, approach 6). A burn rate of 1 uses the
 * error budget up in just the objective's period of 30 days. The long window says that it matters, the short one that it goes on.
 */

interface Burn {
  readonly rate: number;
  readonly long: string;
  readonly short: string;
}

export type Pace = "fast" | "slow";

/** Fast: 2 % of the budget in an hour, 5 % in six. Slow: 10 % in a day, 10 % in three. */
const burns: Readonly<Record<Pace, readonly Burn[]>> = {
  fast: [
    { rate: 14.4, long: "1h", short: "5m" },
    { rate: 6, long: "6h", short: "30m" },
  ],
  slow: [
    { rate: 3, long: "1d", short: "2h" },
    { rate: 1, long: "3d", short: "6h" },
  ],
};

/** Says that more than a share of everything in a window was bad. */
export type Exceeds = (window: string, share: number) => string;

/**
 * Expression that is true while a budget, as a share of everything, burns at a pace. Nothing where it cannot: ten times a budget of
 * 10 % would be all there is, and more than that never happens.
 */
export function burning(pace: Pace, budget: number, exceeds: Exceeds): string | undefined {
  const possible = burns[pace].filter(({ rate }) => rate * budget < 1);
  if (possible.length === 0) return undefined;
  return possible
    .map(({ rate, long, short }) => {
      const share = rounded(rate * budget);
      return `(${exceeds(long, share)} and ${exceeds(short, share)})`;
    })
    .join(" or ");
}

/** Without what floating-point numbers add to decimal ones. */
export function rounded(value: number): number {
  return Number(value.toFixed(9));
}
