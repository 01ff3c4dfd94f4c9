import * as pulumi from "@pulumi/pulumi";
import { type Documents, PatchbayError } from "../model/index.ts";

const namespace = "patchbay";

/**
 * The running stack's documents. Credentials are among them only for their names to be checked: what the model returns
 * holds no value of them. Components take the values from {@link stackCredentials}.
 *
 * @throws PatchbayError `document-unreadable` for a value that is no map.
 */
export function stackDocuments(): Documents {
  const name = pulumi.getStack();
  const file = `Pulumi.${name}.yaml`;
  return {
    name,
    file,
    environment: read(file, "environment"),
    plugins: read(file, "plugins"),
    credentials: read(file, "credentials"),
    holds: read(file, "holds"),
  };
}

/** Credentials of the running stack, by service: `{ orders: { username, password } }`. Secret. */
export function stackCredentials(): pulumi.Output<Record<string, Record<string, string>>> {
  const credentials = new pulumi.Config(namespace).getSecretObject<Record<string, Record<string, string>>>(
    "credentials",
  );
  return credentials ?? pulumi.secret<Record<string, Record<string, string>>>({});
}

function read(file: string, key: string): unknown {
  // Not through pulumi.Config, which warns of each secret that is read as plain data.
  const text = pulumi.runtime.getConfig(`${namespace}:${key}`);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new PatchbayError([
      {
        code: "document-unreadable",
        file,
        path: `${namespace}:${key}`,
        found: "a plain text",
        expected: "a map",
        remedy: `write ${namespace}:${key} as nested YAML; docs/reference shows the format`,
      },
    ]);
  }
}
