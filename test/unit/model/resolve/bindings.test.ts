import { expect, test } from "vitest";
import {
  catalogOf,
  type Data,
  shopCredentials,
  shopEnvironment,
  shopModel,
  shopServices,
  smallRelease,
} from "../../../support/documents.ts";
import { message, refusal } from "../../../support/problems.ts";

const stack = "Pulumi.dev.yaml: patchbay:";

function withServices(changes: Data) {
  return { environment: shopEnvironment({ services: shopServices(changes) }) };
}

const { fraud } = shopServices() as Record<"fraud", Data>;

test.each([
  ["basic", ["username", "password"], []],
  ["apiKey", ["key"], []],
  ["bearer", ["token"], []],
  ["oauth2", ["clientId", "clientSecret"], []],
  ["webhook", [], ["key"]],
  ["none", [], []],
])("an HTTP service with auth %s asks for just its credentials", (type, required, optional) => {
  const auth = { type, ...(type === "oauth2" && { tokenUrl: "https://idp.example.com/token" }) };
  const resolved = (credentials: Data) =>
    shopModel({
      catalog: catalogOf(
        smallRelease("seo", "1.0.0", { integrations: { mail: { service: "http", api: "mail", auth: type } } }),
      ),
      environment: shopEnvironment({
        services: { mail: { type: "http", api: "mail", version: "1.0.0", url: "https://mail.example.com", auth } },
      }),
      plugins: { seo: { release: "1.0.0" } },
      credentials,
    });
  const mail = Object.fromEntries([...required, ...optional].map((key) => [key, "x"]));

  expect(resolved({ mail }).plugins).toHaveLength(1);
  const given = Object.fromEntries(optional.map((key) => [key, "x"]));
  if (required.length > 0)
    expect(refusal(() => resolved({ mail: given })).problems.map(({ path }) => path)).toEqual(
      required.map((key) => `patchbay:credentials.mail.${key}`),
    );
  expect(refusal(() => resolved({ mail: { ...mail, other: "x" } })).problems.map(({ code }) => code)).toEqual([
    "credentials-unknown",
  ]);
});

test("a service that no plugin is bound to needs no credentials", () => {
  const cache = { type: "redis", version: "7.2.0", host: "cache.data.svc" };

  expect(shopModel(withServices({ cache })).environment.services).toHaveProperty("cache.port", 6379);
});

test("a faulty service, and faulty credentials, are reported as that and nothing else", () => {
  const error = refusal(() =>
    shopModel({
      ...withServices({ fraud: { ...fraud, url: "fraud.example.com" } }),
      credentials: shopCredentials({ orders: { username: "shop", password: 123456 } }),
    }),
  );

  expect(error.message).toBe(
    [
      message(
        `${stack}environment.services.fraud.url`,
        '"fraud.example.com"',
        "a URL that begins with http:// or https:// (RFC 3986; letters beyond ASCII encoded)",
        "mend the value",
      ),
      message(`${stack}credentials.orders.password`, "a number (not shown)", "a text", "mend the value"),
    ].join("\n\n"),
  );
});
