import { randomInt } from "node:crypto";

/** Inputs of `RandomPassword` and `RandomString` that say what to draw, defaults filled in. */
export interface CharacterRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** The special characters to draw from; empty: the default ones. */
  readonly overrideSpecial: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Draws characters with the operating system's generator, as many of each class as asked for, in random order. */
export function drawCharacters(rules: CharacterRules): string {
  const special = rules.overrideSpecial || SPECIAL;
  const drawn = [
    ...draw(LOWER, rules.minLower),
    ...draw(UPPER, rules.minUpper),
    ...draw(DIGITS, rules.minNumeric),
    ...draw(special, rules.minSpecial),
  ];
  const all =
    (rules.lower ? LOWER : "") +
    (rules.upper ? UPPER : "") +
    (rules.numeric ? DIGITS : "") +
    (rules.special ? special : "");
  drawn.push(...draw(all, rules.length - drawn.length));
  return shuffle(drawn).join("");
}

function draw(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? "", items[last] ?? ""];
  }
  return items;
}
