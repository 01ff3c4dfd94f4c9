import { databaseSystem } from "./database.ts";
import { programSystem, type System, type SystemsSettings } from "./manifests.ts";

/** Where the token server is, for its callers in the cluster. */
const ISSUER = "http://idp.erp.svc";

/** The systems that the shop's plugins are bound to, where `Pulumi.dev.yaml` says that they are. */
export function shopSystems(settings: SystemsSettings): readonly System[] {
  const { inventory, fraud } = settings.credentials;
  const program = (what: Parameters<typeof programSystem>[0]) => programSystem(what, settings);
  return [
    databaseSystem(settings),
    program({
      name: "idp",
      namespace: "erp",
      source: "identity.ts",
      variables: { ISSUER },
      secrets: { CLIENT_ID: inventory.clientId, CLIENT_SECRET: inventory.clientSecret },
    }),
    program({ name: "inventory", namespace: "erp", source: "inventory.ts", variables: { ISSUER } }),
    program({ name: "fraud", namespace: "sandbox", source: "fraud.ts", secrets: { API_KEY: fraud.key } }),
    program({ name: "events-dead-letter", namespace: "events", source: "dead-letter.ts" }),
  ];
}
