import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** SHA-256 of each contract file, as `sha256:<hex>`, by its path relative to the release's folder. */
export type ContractHashes = Readonly<Record<string, string>>;

/** `sha256:<64 hex digits>` of bytes or of text as UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** JSON in canonical form (RFC 8785): equal data gives equal text. */
export function canonicalJson(data: unknown): string {
  const text = canonicalize(data);
  if (text === undefined) throw new TypeError("only plain data has a canonical form");
  return text;
}

/**
 * Content address of a release: SHA-256 over the canonical JSON (RFC 8785) of
 * `{"contracts": {path: hash}, "release": data}`, where `data` is the parsed file before any default is filled in, so
 * that a new default of Patchbay changes no digest. Test vectors: docs/reference/digest-vectors.json.
 */
export function releaseDigest(data: unknown, contracts: ContractHashes): string {
  return sha256(canonicalJson({ contracts, release: data }));
}
