import type { Output } from "../delivery/index.ts";
import { calmed } from "./engine-output.ts";

/** Where the engine's output goes. */
export function terminal(): Output {
  const { write, end } = calmed((text) => {
    process.stdout.write(text);
  });
  return { colour: process.stdout.isTTY, write, end };
}

export function heading(text: string): void {
  process.stdout.write(`\n${text}\n${"-".repeat(text.length)}\n`);
}
