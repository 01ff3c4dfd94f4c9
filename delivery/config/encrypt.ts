import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { parse, stringify } from "yaml";
import { PatchbayError } from "../../model/index.ts";
import type { EngineContext } from "../stack.ts";

/** What says in a stack's file how its secrets are encrypted (Pulumi 3). */
const providerKeys = ["encryptionsalt", "secretsprovider", "encryptedkey"];

const key = "patchbay:restored";

/**
 * Encrypts a text as the stack's file has it encrypted. The engine does it, on a file of its own: the text goes there by its standard
 * input, since what is an argument can be read by anybody on the machine (the Automation API passes arguments).
 */
export async function encryptFor(
  stack: string,
  { project, variables }: EngineContext,
  stackFile: string,
  plain: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "patchbay-encrypt-"));
  try {
    const file = join(folder, "stack.yaml");
    const whole = parse(stackFile) as Readonly<Record<string, unknown>>;
    await writeFile(
      file,
      stringify(Object.fromEntries(Object.entries(whole).filter(([name]) => providerKeys.includes(name)))),
    );
    const args = ["config", "set", "--secret", "--non-interactive", "--stack", stack, "--config-file", file, key];
    const child = spawn("pulumi", args, { cwd: project, env: { ...process.env, ...variables } });
    const said = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    const status = new Promise<number | null>((done, fail) => child.on("error", fail).on("close", done));
    // The engine takes one newline off the end.
    child.stdin.end(`${plain}\n`);
    if ((await status) !== 0) throw refused(stack, (await said)[1]);
    const { config } = parse(await readFile(file, "utf8")) as { config: Record<string, { secure: string }> };
    const { secure } = config[key] ?? {};
    if (secure === undefined) throw refused(stack, "it wrote no ciphertext");
    return secure;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refused(stack: string, said: string): PatchbayError {
  return new PatchbayError([
    {
      code: "engine-failed",
      file: `Pulumi.${stack}.yaml`,
      path: "",
      found: `a secret that the engine did not encrypt: ${/error: (.+)/.exec(said)?.[1] ?? said.trim()}`,
      expected: "the passphrase, or the key, that the other secrets of this file are encrypted with",
      remedy: "see PULUMI_CONFIG_PASSPHRASE and the file's encryptionsalt",
    },
  ]);
}
