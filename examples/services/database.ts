import type { V1ConfigMap, V1Container, V1Secret, V1VolumeMount } from "@kubernetes/client-node";
import type { ServiceCredentials } from "./credentials.ts";
import {
  containerOf,
  type MachineFolders,
  metadataOf,
  type System,
  type SystemName,
  type SystemsSettings,
  serviceOf,
  systemFolders,
  workloadOf,
} from "./manifests.ts";
import type { Plain } from "./plain.ts";

type Mount = Plain<V1VolumeMount>;

const PORT = 5432;
const DATABASE = "orders";
/** Whatever is no user of the machine's: PostgreSQL takes any that has a name and is not root. */
const USER = 10_070;
const DATA = "/data";
const SETUP = "/setup";
const CREDENTIALS = "/credentials";
const STATEMENTS = "setup.sql";

/** The server's settings. Statements that fail are not logged, for they may hold secrets; and data that go with the pod need no fsync. */
const SETTINGS = {
  listen_addresses: "*",
  unix_socket_directories: "",
  hba_file: `${SETUP}/pg_hba.conf`,
  log_min_error_statement: "panic",
  fsync: "off",
};

const PASSWD = `postgres:x:${USER}:${USER}::${DATA}:/bin/sh\n`;

/** Only what has the password comes in, and only from the network. */
const HBA = "host all all all scram-sha-256\n";

/** Leaves complete data or none: a pod may be started again at any time. What the statements say is logged nowhere. */
const INITIALISE = `set -eu
[ -e ${DATA}/complete ] && exit 0
rm -rf ${DATA}/draft
initdb --pgdata=${DATA}/draft --no-sync --username=postgres --auth=reject --encoding=UTF8 --locale=C.UTF-8
postgres --single -D ${DATA}/draft -c exit_on_error=on -c log_min_error_statement=panic -c fsync=off postgres <${CREDENTIALS}/${STATEMENTS}
mv ${DATA}/draft ${DATA}/complete
`;

/** PostgreSQL with the database `orders` and a role that owns it. Its data go with its pod. */
export function databaseSystem({ machine, credentials }: Pick<SystemsSettings, "machine" | "credentials">): System {
  const name = "orders-db";
  const system = { name, namespace: "data" };
  const { volumes, mounts } = systemFolders(machine);
  const seen = [
    ...mounts,
    { name: "data", mountPath: DATA },
    { name: "setup", mountPath: SETUP, readOnly: true },
    { name: "setup", mountPath: "/etc/passwd", subPath: "passwd", readOnly: true },
  ];
  const statements = { secretName: name, items: [{ key: STATEMENTS, path: STATEMENTS }], defaultMode: 0o440 };
  const pod = {
    initContainers: [initialise(machine, seen)],
    containers: [server(machine, name, seen)],
    volumes: [
      ...volumes,
      { name: "data", emptyDir: {} },
      { name: "setup", configMap: { name } },
      { name: "credentials", secret: statements },
    ],
  };
  const service = serviceOf(system, { postgresql: PORT });
  const inputs = [setupOf(system), secretOf(system, credentials.orders)];
  return { ...system, inputs, workload: workloadOf(system, pod, USER), service };
}

function initialise(machine: MachineFolders, seen: readonly Mount[]): Plain<V1Container> {
  return containerOf({
    name: "initialise",
    command: ["/bin/sh", `${SETUP}/initialise.sh`],
    env: [{ name: "PATH", value: `${machine.postgres}:/usr/bin:/bin` }],
    volumeMounts: [...seen, { name: "credentials", mountPath: CREDENTIALS, readOnly: true }],
  });
}

function server({ postgres }: MachineFolders, secret: string, seen: readonly Mount[]): Plain<V1Container> {
  const own = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } });
  return containerOf({
    name: "postgresql",
    command: [`${postgres}/postgres`, "-D", `${DATA}/complete`, ...Object.entries(SETTINGS).flatMap(setting)],
    // What psql goes by.
    env: [
      { name: "PGHOST", value: "127.0.0.1" },
      { name: "PGDATABASE", value: DATABASE },
      own("PGUSER"),
      own("PGPASSWORD"),
    ],
    ports: [{ name: "postgresql", containerPort: PORT }],
    // Not pg_isready, which is content with a server that refuses the role.
    readinessProbe: {
      exec: { command: [`${postgres}/psql`, "--no-password", "--command=SELECT 1"] },
      periodSeconds: 1,
      timeoutSeconds: 5,
    },
    volumeMounts: [...seen],
  });
}

function setting([name, value]: readonly [string, string]): string[] {
  return ["-c", `${name}=${value}`];
}

function setupOf(system: SystemName): Plain<V1ConfigMap> {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf(system),
    data: { passwd: PASSWD, "pg_hba.conf": HBA, "initialise.sh": INITIALISE },
  };
}

function secretOf(system: SystemName, { username, password }: ServiceCredentials["orders"]): Plain<V1Secret> {
  // PostgreSQL's single-user mode takes each line for a statement; credentials have no line breaks.
  const role = quoted(username, '"');
  const statements = [
    `CREATE ROLE ${role} LOGIN PASSWORD ${quoted(password, "'")};`,
    `CREATE DATABASE ${quoted(DATABASE, '"')} OWNER ${role};`,
  ];
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadataOf(system),
    stringData: { PGUSER: username, PGPASSWORD: password, [STATEMENTS]: `${statements.join("\n")}\n` },
  };
}

function quoted(value: string, quote: '"' | "'"): string {
  return `${quote}${value.replaceAll(quote, quote + quote)}${quote}`;
}
