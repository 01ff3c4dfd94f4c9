import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ClusterLayout } from "./layout.ts";
import { choosePort } from "./ports.ts";

/** What a cluster keeps over restarts. */
export interface ClusterSettings {
  /** Loopback port of the API server. */
  readonly port: number;
  /** Bearer token of the cluster's only user, who may do everything. */
  readonly token: string;
  /** Tells whether a cluster that runs was started the way it would be now. */
  readonly setup: string;
}

const PREFERRED_PORT = 16443;
const RENEW_CERTIFICATE_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Reads the settings, or makes new ones; the port stays the same as long as nobody else took it. */
export async function prepareSettings(layout: ClusterLayout, setup: string): Promise<ClusterSettings> {
  for (const folder of [layout.directory, layout.certificates, layout.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const known = readSettings(layout);
  const settings: ClusterSettings = {
    port: await choosePort([...(known ? [known.port] : []), PREFERRED_PORT]),
    token: known?.token ?? randomBytes(32).toString("hex"),
    setup,
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
    return JSON.parse(readFileSync(layout.settings, "utf8")) as ClusterSettings;
  } catch {
    return undefined; // no cluster yet
  }
}

export function writePrivately(file: string, content: string): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}

/** kube-apiserver makes itself a certificate for a year, but only where there is none. */
function dropOldCertificate(layout: ClusterLayout): void {
  if (!existsSync(layout.certificate)) return;
  const { validToDate } = new X509Certificate(readFileSync(layout.certificate));
  if (validToDate.getTime() - Date.now() > RENEW_CERTIFICATE_DAYS * DAY_MILLISECONDS) return;
  rmSync(layout.certificates, { recursive: true });
  mkdirSync(layout.certificates, { mode: 0o700 });
}
