import type {
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V1Namespace,
  V1PodSpec,
  V1Secret,
  V1Service,
  V1Volume,
  V1VolumeMount,
} from "@kubernetes/client-node";
import type { ServiceCredentials } from "./credentials.ts";
import type { Plain } from "./plain.ts";

/** What of the machine a system's pods need to see: there are no images with Node.js or PostgreSQL to pull. */
export interface MachineFolders {
  /** The checkout, with its dependencies installed. */
  readonly checkout: string;
  /** The Node.js program that runs the TypeScript sources. */
  readonly node: string;
  /** Changes with the sources of the programs, which start anew then. */
  readonly sources: string;
  /** Folders with the machine's programs and libraries: `/usr`, and whatever of `/bin`, `/lib`, `/lib64` there is. */
  readonly system: readonly string[];
  /** PostgreSQL's programs: `/usr/lib/postgresql/15/bin`. */
  readonly postgres: string;
}

export interface SystemsSettings {
  readonly machine: MachineFolders;
  readonly credentials: ServiceCredentials;
  /** Whether faults can be switched on, at {@link faultPort} of each system but the database. */
  readonly faults: boolean;
}

export interface SystemName {
  readonly name: string;
  readonly namespace: string;
}

/** Objects of one system, in the order in which they are created. */
export interface System extends SystemName {
  /** What its pods read at their start; a change of these starts them anew. */
  readonly inputs: readonly (Plain<V1ConfigMap> | Plain<V1Secret>)[];
  readonly workload: Plain<V1Deployment>;
  readonly service: Plain<V1Service>;
}

/** Label of everything that is made here. */
export const ownLabels = { "app.kubernetes.io/managed-by": "patchbay-examples" };

/** Port of a system's Service, and of its pods, where faults are switched on. */
export const faultPort = 9090;

/** There is nothing in it but one small program: everything that runs comes from the machine. Each real node has it. */
const IMAGE = "registry.example.com/patchbay/pause:0.1.0";

/** The user that distroless images call nonroot. */
const NON_ROOT = 65532;

const HTTP_PORT = 8080;
const SOURCES = "/patchbay";

export function namespaceOf(name: string): Plain<V1Namespace> {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: ownLabels } };
}

export function metadataOf({ name, namespace }: SystemName) {
  return { name, namespace, labels: { ...ownLabels, app: name } };
}

/** A read-only view of the machine's folders, each in its own place. */
export function systemFolders({ system }: MachineFolders): {
  volumes: Plain<V1Volume>[];
  mounts: Plain<V1VolumeMount>[];
} {
  return hostFolders(system.map((path) => ({ path, seenAs: path, type: "Directory" })));
}

/** One pod at most, of the machine's programs, as a user that is not root. */
export function workloadOf(system: SystemName, pod: Plain<V1PodSpec>, user: number = NON_ROOT): Plain<V1Deployment> {
  const labels = { app: system.name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(system),
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...ownLabels, ...labels } },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            seccompProfile: { type: "RuntimeDefault" },
          },
          ...pod,
        },
      },
    },
  };
}

/** A container that runs a program of the machine. */
export function containerOf(container: Plain<V1Container>): Plain<V1Container> {
  return {
    image: IMAGE,
    imagePullPolicy: "IfNotPresent",
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...container,
  };
}

export function serviceOf(system: SystemName, ports: Readonly<Record<string, number>>): Plain<V1Service> {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(system),
    spec: {
      selector: { app: system.name },
      ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name, protocol: "TCP" })),
    },
  };
}

export interface Program {
  readonly name: string;
  readonly namespace: string;
  /** File in this folder. */
  readonly source: string;
  /** Plain variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Variables that are secret. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A system that is one of the programs of this folder, on port 80 of its Service. */
export function programSystem(
  { name, namespace, source, variables = {}, secrets = {} }: Program,
  { machine, faults }: Pick<SystemsSettings, "machine" | "faults">,
): System {
  const system = { name, namespace };
  const { volumes, mounts } = merged(systemFolders(machine), sourceFolders(machine));
  // No program reads SOURCES: a change of it makes another pod.
  const plain = { SOURCES: machine.sources, ...variables, ...(faults && { FAULT_PORT: String(faultPort) }) };
  const secret: Plain<V1Secret> = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadataOf(system),
    stringData: { ...secrets },
  };
  const container = containerOf({
    name,
    command: ["/node", `${SOURCES}/examples/services/${source}`],
    env: [
      ...Object.entries(plain).map(([key, value]) => ({ name: key, value })),
      ...Object.keys(secrets).map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ],
    ports: [
      { name: "http", containerPort: HTTP_PORT },
      ...(faults ? [{ name: "faults", containerPort: faultPort }] : []),
    ],
    readinessProbe: { tcpSocket: { port: "http" }, periodSeconds: 1 },
    volumeMounts: mounts,
  });
  return {
    ...system,
    inputs: Object.keys(secrets).length > 0 ? [secret] : [],
    workload: workloadOf(system, { containers: [container], volumes }),
    service: serviceOf(system, { http: 80, ...(faults && { faults: faultPort }) }),
  };
}

/** Just what the programs need of the checkout: its folder of state, if there is one, is nobody's business. */
function sourceFolders({ checkout, node }: MachineFolders) {
  return hostFolders([
    { path: node, seenAs: "/node", type: "File" },
    { path: `${checkout}/package.json`, seenAs: `${SOURCES}/package.json`, type: "File" },
    { path: `${checkout}/node_modules`, seenAs: `${SOURCES}/node_modules`, type: "Directory" },
    { path: `${checkout}/examples/services`, seenAs: `${SOURCES}/examples/services`, type: "Directory" },
  ]);
}

interface HostFolder {
  readonly path: string;
  readonly seenAs: string;
  readonly type: "Directory" | "File";
}

function hostFolders(folders: readonly HostFolder[]): { volumes: Plain<V1Volume>[]; mounts: Plain<V1VolumeMount>[] } {
  const named = folders.map((folder) => ({ ...folder, name: volumeName(folder.seenAs) }));
  return {
    volumes: named.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
    mounts: named.map(({ name, seenAs }) => ({ name, mountPath: seenAs, readOnly: true })),
  };
}

/** `/patchbay/node_modules` -> `patchbay-node-modules` */
function volumeName(path: string): string {
  return path.slice(1).replaceAll(/[^a-z0-9]+/g, "-");
}

function merged(...parts: readonly { volumes: Plain<V1Volume>[]; mounts: Plain<V1VolumeMount>[] }[]) {
  return { volumes: parts.flatMap(({ volumes }) => volumes), mounts: parts.flatMap(({ mounts }) => mounts) };
}
