/** Reads stack history: what each deployment declared, and which was the last good one. */
export { type Declared, declaredBy, lastDeclared } from "./declared.ts";
export { type Config, configOf, entryOf } from "./entry.ts";
export { standingOf } from "./last-good.ts";
export { trailer, trailersOf, withTrailers } from "./message.ts";
