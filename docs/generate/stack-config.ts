import type { Schema } from "./json-schema.ts";

interface Parts {
  readonly environment: Schema;
  readonly plugins: Schema;
  readonly credentials: Schema;
  readonly holds: Schema;
}

const secret: Schema = {
  type: "object",
  properties: { secure: { type: "string", description: "Ciphertext; pulumi config set --secret writes it." } },
  required: ["secure"],
  additionalProperties: false,
};

/** Pulumi's own keys of a stack's file (Pulumi 3). */
const pulumiKeys: Readonly<Record<string, Schema>> = {
  secretsprovider: { type: "string", description: "Pulumi: which provider encrypts the secrets of this file." },
  encryptedkey: { type: "string", description: "Pulumi: the data key of that provider, encrypted." },
  encryptionsalt: { type: "string", description: "Pulumi: salt of the passphrase that encrypts the secrets." },
  environment: { description: "Pulumi ESC environments to import." },
};

/** A whole `Pulumi.<environment>.yaml`. Config of other namespaces, such as `kubernetes:`, is let through. */
export function stackConfigSchema({ environment, plugins, credentials, holds }: Parts): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack config",
    description: "Pulumi.<environment>.yaml: everything that is declared of one environment.",
    type: "object",
    properties: {
      ...pulumiKeys,
      config: {
        type: "object",
        properties: {
          "patchbay:environment": nested(environment),
          "patchbay:plugins": nested(plugins),
          "patchbay:credentials": {
            ...nested(credentials),
            description: "What the services ask for, by service. Keep each value encrypted.",
            additionalProperties: {
              type: "object",
              additionalProperties: { anyOf: [{ type: "string" }, secret] },
            },
          },
          "patchbay:holds": nested(holds),
        },
        required: ["patchbay:environment", "patchbay:plugins"],
        propertyNames: {
          anyOf: [
            { enum: ["patchbay:environment", "patchbay:plugins", "patchbay:credentials", "patchbay:holds"] },
            { not: { pattern: "^patchbay:" } },
          ],
        },
      },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** Without what only a root says. */
function nested(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
