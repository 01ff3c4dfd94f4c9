import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { credentialsOf } from "../../../../examples/services/credentials.ts";
import { machineFolders } from "../../../../examples/services/machine.ts";
import { faultPort, type System } from "../../../../examples/services/manifests.ts";
import { shopSystems } from "../../../../examples/services/systems.ts";
import { imageRegistry, imageSources } from "../../../../toolchain/images/sources.ts";
import { shopCredentials, shopSecrets } from "../../../support/documents.ts";

const machine = {
  checkout: "/src/shop",
  node: "/opt/node/bin/node",
  sources: "f00",
  system: ["/usr", "/lib"],
  postgres: "/usr/lib/postgresql/15/bin",
};

interface Login {
  readonly username: string;
  readonly password: string;
}

const login: Login = { username: "shop", password: shopSecrets.ordersPassword };

function systems(faults = false, orders = login): readonly System[] {
  return shopSystems({ machine, faults, credentials: credentialsOf(shopCredentials({ orders })) });
}

function system(name: string, all = systems()): System {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no system ${name}`);
  return found;
}

function podOf({ workload }: System) {
  const pod = workload.spec?.template.spec;
  if (pod === undefined) throw new Error("it has no pod");
  return pod;
}

function containersOf(one: System) {
  const { initContainers = [], containers } = podOf(one);
  return [...initContainers, ...containers];
}

describe("the systems' objects", () => {
  test("are where the development environment says", () => {
    const text = readFileSync(new URL("../../../../Pulumi.dev.yaml", import.meta.url), "utf8");
    const { config } = parse(text) as { config: { "patchbay:environment": DevEnvironment } };
    const { services, events } = config["patchbay:environment"];
    const hosts = systems().map(({ name, namespace, service }) => {
      const port = service.spec?.ports?.[0]?.port;
      return port === 80 ? `http://${name}.${namespace}.svc` : `${name}.${namespace}.svc:${port ?? 0}`;
    });
    expect(hosts.sort()).toEqual(
      [
        `${services.orders.host}:${services.orders.port}`,
        services.inventory.url,
        services.inventory.auth.tokenUrl.replace(/\/token$/, ""),
        services.fraud.url,
        `http://${events.deadLetter.service}.${events.deadLetter.namespace}.svc`,
      ].sort(),
    );
    expect(system("orders-db").workload.spec?.template.metadata?.labels).toMatchObject(
      services.orders.network.podSelector,
    );
  });

  test("have no secret but in Secrets", () => {
    const everything = systems(true);
    const secrets = everything.flatMap(({ inputs }) => inputs.filter(({ kind }) => kind === "Secret"));
    const others = everything.map(({ inputs, ...rest }) => [rest, inputs.filter(({ kind }) => kind !== "Secret")]);
    for (const value of Object.values(shopSecrets)) {
      expect(JSON.stringify(others)).not.toContain(value);
      expect(JSON.stringify(secrets)).toContain(value);
    }
  });

  test("see the machine read-only, and of the checkout just the programs and what they import", () => {
    for (const one of systems(true)) {
      const { volumes = [], hostNetwork, hostPID } = podOf(one);
      const host = new Map(volumes.flatMap(({ name, hostPath }) => (hostPath ? [[name, hostPath.path] as const] : [])));
      const mounts = containersOf(one).flatMap(({ volumeMounts = [] }) => volumeMounts);
      for (const mount of mounts.filter(({ name }) => host.has(name))) expect(mount.readOnly, mount.name).toBe(true);
      const ofCheckout = [...host.values()].filter((path) => path.startsWith(machine.checkout));
      const imported = ["examples/services", "node_modules", "package.json"].map(
        (path) => `${machine.checkout}/${path}`,
      );
      expect(ofCheckout.sort()).toEqual(one.name === "orders-db" ? [] : imported);
      expect({ hostNetwork, hostPID }).toEqual({ hostNetwork: undefined, hostPID: undefined });
    }
  });

  test("run as a user that is not root, without privileges, from an image that each real node has", () => {
    const pause = imageSources.find(({ repository }) => repository === "patchbay/pause");
    for (const one of systems()) {
      const { securityContext, automountServiceAccountToken } = podOf(one);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(securityContext?.runAsUser).toBeGreaterThan(0);
      expect(automountServiceAccountToken).toBe(false);
      for (const { image, securityContext: own } of containersOf(one)) {
        expect(image).toBe(`${imageRegistry}/patchbay/pause:${pause?.version ?? ""}`);
        expect(own).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  test("offer faults where these are asked for, and nowhere else", () => {
    const withFaults = systems(true).filter(({ service }) =>
      service.spec?.ports?.some(({ port }) => port === faultPort),
    );
    expect(withFaults.map(({ name }) => name)).toEqual(["idp", "inventory", "fraud", "events-dead-letter"]);
    expect(JSON.stringify(systems())).not.toMatch(/FAULT_PORT|"faults"/);
  });
});

describe("the database's statements", () => {
  test.each([
    ["shop", "plain", `CREATE ROLE "shop" LOGIN PASSWORD 'plain';`],
    ['o"k', `it's \\ "it"; DROP`, `CREATE ROLE "o""k" LOGIN PASSWORD 'it''s \\ "it"; DROP';`],
  ])("quote %s and %s", (username, password, statement) => {
    const { inputs } = system("orders-db", systems(false, { username, password }));
    const data = inputs.flatMap((input) => ("stringData" in input ? (input.stringData["setup.sql"] ?? []) : []));
    const [role, database] = data.join("").split("\n");
    expect(role).toBe(statement);
    expect(database).toMatch(/^CREATE DATABASE "orders" OWNER "/);
  });
});

describe("the machine's folders", () => {
  const debian = {
    has: (path: string) => path !== "/lib64",
    list: (folder: string) => (folder.startsWith("/usr") ? ["9.6", "13", "15", "14"] : ["b.ts", "a.ts", "README.md"]),
    read: (file: string) => file,
  };

  test("are the newest PostgreSQL and the folders that there are", () => {
    expect(machineFolders("/src", debian)).toEqual({
      ...{ checkout: "/src", node: process.execPath, system: ["/usr", "/bin", "/lib"] },
      ...{ postgres: "/usr/lib/postgresql/15/bin", sources: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
  });

  test("tell when the sources of the programs have changed, and only then", () => {
    const { sources } = machineFolders("/src", debian);
    const changed = (name: string) => ({ ...debian, read: (file: string) => (file.endsWith(name) ? "changed" : file) });
    expect(machineFolders("/src", changed("a.ts")).sources).not.toBe(sources);
    expect(machineFolders("/src", changed("README.md")).sources).toBe(sources);
  });

  test.each([
    ["nothing", [], /no PostgreSQL in \/usr\/lib\/postgresql/],
    ["an old one", ["9.6"], /PostgreSQL 9\.6 in/],
  ])("name Debian's package where of PostgreSQL there is %s", (_, list, found) => {
    const look = () => machineFolders("/src", { ...debian, list: () => list });
    expect(look).toThrow(found);
    expect(look).toThrow(/apt-get install postgresql/);
  });

  test("want the checkout's dependencies", () => {
    expect(() => machineFolders("/src", { ...debian, has: () => false })).toThrow(/run npm ci in the checkout/);
  });
});

describe("the credentials", () => {
  test("are all missed at once, and none is shown", () => {
    const given = { orders: { username: "shop", password: "first\nsecond" }, inventory: { clientId: "shop" } };
    const error = (() => {
      try {
        return credentialsOf(given);
      } catch (caught) {
        return caught as Error;
      }
    })() as Error;
    expect(error.message).toContain(
      "orders.password: has line breaks or other control characters; inventory.clientSecret: missing; fraud: missing",
    );
    expect(error.message).not.toMatch(/first|second/);
  });
});

interface DevEnvironment {
  readonly services: {
    readonly orders: { host: string; port: number; network: { podSelector: Record<string, string> } };
    readonly inventory: { url: string; auth: { tokenUrl: string } };
    readonly fraud: { url: string };
  };
  readonly events: { deadLetter: { service: string; namespace: string } };
}
