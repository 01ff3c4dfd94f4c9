import { expect, test } from "vitest";
import { endpointOf, type Peer } from "../../../model/index.ts";
import { peersOf } from "../../../model/network.ts";

function peersOfUrl(url: string, network?: Parameters<typeof service>[1]): readonly Peer[] {
  return peersOf(service(url, network), "shop-dev");
}

function service(url: string, network?: { namespace?: string; cidrs?: string[]; port?: number }) {
  return {
    type: "http",
    api: "a",
    version: "1.0.0",
    url,
    auth: { type: "none" },
    ...(network && { network }),
  } as const;
}

test.each<[string, Peer]>([
  ["http://stock.erp.svc:8080/v1", { kind: "pods", namespace: "erp" }],
  ["http://stock.erp.svc.cluster.local", { kind: "pods", namespace: "erp" }],
  ["http://stock-0.stock.erp.svc.cluster.local", { kind: "pods", namespace: "erp" }],
  ["http://svc.example.com", { kind: "internet", port: 80 }],
  ["http://stock", { kind: "pods", namespace: "shop-dev" }],
  ["http://stock.erp", { kind: "internet", port: 80 }],
  ["https://stock.example.com", { kind: "internet", port: 443 }],
  ["https://stock.example.com:8443", { kind: "internet", port: 8443 }],
  ["http://10.0.0.7", { kind: "addresses", cidrs: ["10.0.0.7/32"], port: 80 }],
  ["https://[fd00::7]", { kind: "addresses", cidrs: ["fd00::7/128"], port: 443 }],
])("a service at %s is reached at just that", (url, peer) => {
  expect(peersOfUrl(url)).toEqual([peer]);
});

test("what the service declares of its network goes before its address", () => {
  expect(peersOfUrl("https://stock.example.com", { cidrs: ["10.1.0.0/16"] })).toEqual([
    { kind: "addresses", cidrs: ["10.1.0.0/16"], port: 443 },
  ]);
  expect(peersOfUrl("http://stock.erp.svc", { namespace: "warehouse", port: 9000 })).toEqual([
    { kind: "pods", namespace: "warehouse", port: 9000 },
  ]);
});

test("a token endpoint is reached too, once where it is the same place", () => {
  const withTokens = (tokenUrl: string) =>
    peersOf({ ...service("http://stock.erp.svc"), auth: { type: "oauth2", tokenUrl } }, "shop-dev");

  expect(withTokens("https://idp.example.com/token")).toEqual([
    { kind: "pods", namespace: "erp" },
    { kind: "internet", port: 443 },
  ]);
  expect(withTokens("http://idp.erp.svc/token")).toEqual([{ kind: "pods", namespace: "erp" }]);
});

test("a database is reached at its port where its pods are not in the cluster", () => {
  const database = { type: "mysql", version: "8.4.0", port: 3306 } as const;

  expect(peersOf({ ...database, host: "db.example.com" }, "shop-dev")).toEqual([{ kind: "internet", port: 3306 }]);
  expect(peersOf({ ...database, host: "db.data.svc" }, "shop-dev")).toEqual([{ kind: "pods", namespace: "data" }]);
});

test("an endpoint is a host without brackets and a port", () => {
  expect(endpointOf("http://[::1]:81/x")).toEqual({ host: "::1", port: 81 });
  expect(endpointOf("https://a.example")).toEqual({ host: "a.example", port: 443 });
});
