/** The shop's token server: OAuth 2.0 client credentials (RFC 6749, 4.4) for the inventory; tokens are JWTs (RFC 9068). */
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { type Adapter } from "oidc-provider";
import { inventoryResource } from "./inventory.ts";
import { run, variable } from "./serve.ts";

export interface IdentityOptions {
  /** Base URL that callers know the server by. */
  readonly issuer: string;
  /** The only client that there is. */
  readonly client: { readonly id: string; readonly secret: string };
}

const SCOPES = "stock.read stock.reserve";

/** Short, because a server that is started again has a new key: older tokens are no good then, and their holders do not know. */
const TOKEN_SECONDS = 60;

const nothing = () => Promise.resolve(undefined);

/** Tokens that are JWTs need not be remembered, and others are not issued. */
const withoutMemory: Adapter = {
  upsert: nothing,
  find: nothing,
  findByUserCode: nothing,
  findByUid: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

export async function identity({ issuer, client }: IdentityOptions): Promise<RequestListener> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: randomUUID() };
  const provider = new Provider(issuer, {
    adapter: () => withoutMemory,
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: SCOPES,
        id_token_signed_response_alg: "ES256",
      },
    ],
    scopes: SCOPES.split(" "),
    routes: { token: "/token", jwks: "/jwks" },
    jwks: { keys: [key] },
    ttl: { ClientCredentials: TOKEN_SECONDS },
    cookies: { keys: [randomUUID()] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => inventoryResource,
        getResourceServerInfo: () => ({
          scope: SCOPES,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  });
  const listener = provider.callback();
  return (request, response) => {
    void listener(request, response);
  };
}

if (import.meta.main) {
  const client = { id: variable("CLIENT_ID"), secret: variable("CLIENT_SECRET") };
  await run(await identity({ issuer: variable("ISSUER"), client }));
}
