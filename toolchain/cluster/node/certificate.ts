import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { runCommand } from "../../command.ts";
import { ToolchainError } from "../../errors.ts";
import type { NodeLayout } from "../layout.ts";

const SUBJECT = "/O=system:masters/CN=kube-apiserver-kubelet-client";
const VALID_DAYS = 3650;

/**
 * Sees that the API server has a certificate for the kubelet, which lets nobody else in: any user of the machine can
 * reach its port. The certificate is its own authority.
 */
export async function ensureClientCertificate(node: NodeLayout): Promise<void> {
  if (isValid(node.clientCertificate)) return;
  mkdirSync(node.directory, { recursive: true, mode: 0o700 });
  const { status, tail } = await runCommand("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", String(VALID_DAYS)],
    ...["-subj", SUBJECT, "-addext", "extendedKeyUsage=clientAuth"],
    ...["-keyout", node.clientKey, "-out", node.clientCertificate],
  ]);
  if (status === 0) return;
  throw new ToolchainError({
    code: "certificate-failed",
    problem: "The API server's certificate for the node cannot be made",
    found: tail.replaceAll("\n", " / "),
    expected: "openssl 1.1.1 or newer",
    remedy: "install openssl, or set PATCHBAY_NODE=simulated",
  });
}

function isValid(certificate: string): boolean {
  return existsSync(certificate) && new X509Certificate(readFileSync(certificate)).validToDate > new Date();
}
