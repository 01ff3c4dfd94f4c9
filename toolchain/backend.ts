import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Protects the demonstration's example secrets, and nothing else: it is public. */
export const DEMONSTRATION_PASSPHRASE = "patchbay-demo";

/**
 * Variables that keep stacks in a folder of this machine, which is created: `PULUMI_BACKEND_URL` and
 * `PULUMI_CONFIG_PASSPHRASE`. What the user has set already stays as it is.
 */
export function localBackend(
  stateDirectory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const variables: Record<string, string> = {};
  if (!environment["PULUMI_BACKEND_URL"]) {
    mkdirSync(stateDirectory, { recursive: true });
    variables["PULUMI_BACKEND_URL"] = pathToFileURL(stateDirectory).href;
  }
  const hasPassphrase = environment["PULUMI_CONFIG_PASSPHRASE"] ?? environment["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (hasPassphrase === undefined) variables["PULUMI_CONFIG_PASSPHRASE"] = DEMONSTRATION_PASSPHRASE;
  return variables;
}
