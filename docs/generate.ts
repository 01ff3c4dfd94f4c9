/** Writes the generated part of docs/reference: `npm run docs`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { referenceFiles } from "./generate/files.ts";

const root = resolve(import.meta.dirname, "..");

for (const [file, content] of Object.entries(referenceFiles())) {
  const path = resolve(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  process.stdout.write(`${file}\n`);
}
