/** What a deployment's message says below its first line: one `Key: value` a line, as git's trailers are written. */
export const trailer = {
  /** Who deployed, and how that is known: `Ann (git)`. */
  actor: "Patchbay-Actor",
  /** Number of the failed deployment that this one takes back. */
  rollsBack: "Patchbay-Rolls-Back",
  /** Number of the deployment that this one returns to. */
  returnsTo: "Patchbay-Returns-To",
  /** Objects that were changed by hand, and are put back. */
  mends: "Patchbay-Mends",
} as const;

/** A message with trailers, as `git interpret-trailers` would append them. */
export function withTrailers(text: string, trailers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${value.replaceAll(/\s+/g, " ").trim()}`);
  return lines.length === 0 ? text : `${text.trim()}\n\n${lines.join("\n")}`;
}

/** The trailers of a message: its last paragraph, where every line of that is one. */
export function trailersOf(message: string): Readonly<Record<string, string>> {
  const [first, ...more] = message.trim().split(/\n\s*\n/);
  const last = more.at(-1);
  if (first === undefined || last === undefined) return {};
  const pairs = last.split("\n").map((line) => /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line));
  if (pairs.some((pair) => pair === null)) return {};
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]));
}
