import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ToolchainError } from "../errors.ts";
import type { ClusterLayout } from "./layout.ts";
import { chooseBlock, machineRoutes, networkOf } from "./network.ts";
import type { NodeChoice } from "./node/choice.ts";
import { choosePort } from "./ports.ts";

/** What a cluster keeps over restarts. */
export interface ClusterSettings {
  /** Loopback port of the API server. */
  readonly port: number;
  /** Loopback port of the image registry that a real node comes with. */
  readonly registryPort: number | undefined;
  /** Number of the block of addresses; services keep theirs over a restart. */
  readonly block: number;
  /** What the nodes are since the last start. */
  readonly node: NodeChoice;
  /** Bearer token of the cluster's only user, who may do everything. */
  readonly token: string;
  /** Tells whether a cluster that runs was started the way it would be now. */
  readonly setup: string;
}

const PREFERRED_PORT = 16443;
const PREFERRED_REGISTRY_PORT = 16500;
const RENEW_CERTIFICATE_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Reads the settings, or makes new ones; the ports stay the same as long as nobody else took them. */
export async function prepareSettings(
  layout: ClusterLayout,
  node: NodeChoice,
  setupHash: (block: number) => string,
): Promise<ClusterSettings> {
  for (const folder of [layout.directory, layout.certificates, layout.logs, layout.node.directory]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const known = readSettings(layout);
  const keep = (port: number | undefined) => (port === undefined ? [] : [port]);
  const block = known?.block ?? newBlock(layout.directory);
  const settings: ClusterSettings = {
    port: await choosePort([...keep(known?.port), PREFERRED_PORT]),
    registryPort:
      node.kind === "real"
        ? await choosePort([...keep(known?.registryPort), PREFERRED_REGISTRY_PORT])
        : known?.registryPort,
    block,
    node,
    token: known?.token ?? randomBytes(32).toString("hex"),
    setup: setupHash(block),
  };
  writePrivately(layout.settings, JSON.stringify(settings));
  writePrivately(layout.tokens, `${settings.token},patchbay,patchbay,"system:masters"\n`);
  if (!existsSync(layout.serviceAccountKey)) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writePrivately(layout.serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }).toString());
  }
  dropOldCertificate(layout);
  return settings;
}

export function readSettings(layout: ClusterLayout): ClusterSettings | undefined {
  try {
    const settings = JSON.parse(readFileSync(layout.settings, "utf8")) as Partial<ClusterSettings>;
    // An earlier version of ours wrote less.
    return settings.node === undefined ? undefined : (settings as ClusterSettings);
  } catch {
    return undefined; // no cluster yet
  }
}

export function writePrivately(file: string, content: string): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}

function newBlock(directory: string): number {
  const block = chooseBlock(directory, machineRoutes());
  if (block !== undefined) return block;
  throw new ToolchainError({
    code: "network-full",
    problem: "The embedded cluster finds no addresses for itself",
    found: `routes to all of ${networkOf(0).range} and the blocks after it (ip route)`,
    expected: "a block that is free",
    remedy: "end some of the networks or clusters there",
  });
}

/** kube-apiserver makes itself a certificate for a year, but only where there is none. */
function dropOldCertificate(layout: ClusterLayout): void {
  if (!existsSync(layout.certificate)) return;
  const { validToDate } = new X509Certificate(readFileSync(layout.certificate));
  if (validToDate.getTime() - Date.now() > RENEW_CERTIFICATE_DAYS * DAY_MILLISECONDS) return;
  rmSync(layout.certificates, { recursive: true });
  mkdirSync(layout.certificates, { mode: 0o700 });
}
