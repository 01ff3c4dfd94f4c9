import { stripVTControlCharacters } from "node:util";
import type { Output } from "./stack.ts";

/** Lines that are shown of why an update failed. */
const mostLines = 12;

/** The engine's output, passed on as it comes and kept until it is asked why it failed. */
export function overheard(output: Output): Output & { readonly heard: () => string } {
  let text = "";
  return {
    ...output,
    write: (piece) => {
      text += piece;
      output.write(piece);
    },
    heard: () => text,
  };
}

/** Whether the engine has begun to change a resource, whatever came of it. A failed step is in no count of its own. */
export function hasBegun(heard: string): boolean {
  return /^\s*[-+~]+\s+\S+\s+\S+ (creating|updating|replacing|deleting)\b/m.test(stripVTControlCharacters(heard));
}

/** What the engine says went wrong: the errors of its diagnostics, without the resources that they came up in; nothing where it says nothing. */
export function whyFailed(heard: string): string[] {
  const [, diagnostics = ""] = stripVTControlCharacters(heard).split(/^Diagnostics:$/m);
  const [section = ""] = diagnostics.split(/^(?:Outputs|Resources|Duration|Policies):/m);
  const lines: string[] = [];
  let inError = false;
  for (const line of section.split("\n")) {
    // `  type (name):` begins what there is to say of a resource.
    if (/^ {2}\S/.test(line)) inError = false;
    else if (/^ {4}error:/.test(line)) inError = !/^ {4}error: update failed$/.test(line);
    else if (/^ {4}(warning|debug|info): /.test(line)) inError = false;
    else if (line.trim() === "") continue;
    const said = line.replace(/^ {4}/, "").trimEnd();
    if (inError && said !== "error:") lines.push(said);
  }
  return lines.slice(0, mostLines);
}

/** The same in a sentence: where, and what was found there. */
export function reasonOf(why: readonly string[]): string {
  const [first = "the engine did not say why"] = why;
  const place = first.replace(/^error: /, "").replace(/^before hook "[^"]*" failed: /, "");
  const found = why.flatMap((line) => /^\s+found\s+(.+)/.exec(line)?.[1] ?? []).slice(0, 1);
  const listed = why.flatMap((line) => /^\s+\* (?!resource )(?:\[.*?\]:? )?(.+)/.exec(line)?.[1] ?? []);
  const parts = listed.length > 0 ? listed : [place, ...found];
  const reason = parts.join(listed.length > 0 ? "; " : ": ");
  return reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason;
}

const longestReason = 300;

/** What is shorter is a user's name, or part of any word. */
const shortestSecret = 8;

/** A text without the values that nobody may see, should the engine ever have let one through. */
export function without(secrets: readonly string[], text: string): string {
  const hidden = secrets.filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
  return hidden.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}
