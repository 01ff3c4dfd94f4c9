// Makes `npx patchbay` work in a checkout (npm's script "prepare"). The published package has no command, so a "bin" in
// package.json would be wrong: npm puts whatever that names into the package.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(root, "cli", "main.ts");
const link = join(root, "node_modules", ".bin", "patchbay");

mkdirSync(dirname(link), { recursive: true });
rmSync(link, { force: true });
symlinkSync(relative(dirname(link), command), link);
chmodSync(command, 0o755);
