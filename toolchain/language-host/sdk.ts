import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * A file of the `@pulumi/pulumi` that a program uses: its own copy must run it, or resources would be registered with
 * one SDK and awaited by another.
 *
 * @throws where the program has none, with what to do as the message.
 */
export function sdkFile(programDirectory: string, file: string): string {
  try {
    return createRequire(join(programDirectory, "package.json")).resolve(`@pulumi/pulumi/${file}`);
  } catch {
    throw new Error(
      `found no npm package @pulumi/pulumi for ${programDirectory}: run \`npm install\` there, or \`pulumi install\``,
    );
  }
}
