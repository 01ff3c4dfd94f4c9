import { isIP } from "node:net";
import semver from "semver";
import { z } from "zod";

/*
 * The words that documents are written in. A schema's message is the phrase that completes "expected …", so that every
 * error tells its reader what would have been right.
 */

const phrase = (expected: string) => ({ error: expected });
/** Ends the check of a value: what follows need not bear a text of any length or form. */
const last = (expected: string) => ({ error: expected, abort: true });

/** A name that may become part of an object's name: `<name>-<role>` must stay a DNS label of 63 characters. */
const longestName = 40;

export const name = z.string(phrase("a name")).regex(
  // No two hyphens in a row: those part the names of which an object's name is made.
  new RegExp(`^(?=.{1,${String(longestName)}}$)[a-z](-?[a-z0-9])*$`),
  phrase(
    `a name of at most ${String(longestName)} lower-case letters, digits and single hyphens that begins with a letter (it becomes part of a DNS label, RFC 1035)`,
  ),
);

/** A DNS label (RFC 1123): what Kubernetes accepts as the name of a namespace. */
export const dnsLabel = z
  .string(phrase("a DNS label"))
  .regex(
    /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    phrase("a DNS label of at most 63 lower-case letters, digits and hyphens (RFC 1123)"),
  );

const hostnameForm = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;

/** A DNS name (RFC 1123) of at most 253 characters. */
export const hostname = z
  .string(phrase("a host name"))
  .regex(hostnameForm, phrase("a host name such as orders-db.data.svc, in lower case (RFC 1123)"));

/** An exact version (Semantic Versioning 2.0.0). */
export const version = z
  .string(phrase("a version in quotes, such as 2.4.1"))
  .max(63, last("a version of at most 63 characters (it becomes a label's value)"))
  .refine(
    (value) => semver.valid(value) === value,
    last("a version such as 2.4.1 (Semantic Versioning 2.0.0), without build metadata"),
  )
  .regex(/[A-Za-z0-9]$/, phrase("a version that ends with a letter or digit (it becomes a label's value)"));

/** A range of versions, as npm writes them. */
export const versionRange = z
  .string(phrase("a range of versions in quotes, such as ^1.2.0"))
  .max(128, last("a range of at most 128 characters"))
  .refine(
    (value) => value.trim() !== "" && semver.validRange(value) !== null,
    phrase('a range of versions such as ^1.2.0 or ">=3.2 <4" (as npm writes them)'),
  );

/** An image pinned by its content: `registry/repository@sha256:…` (OCI Distribution 1.1). */
export const image = z
  .string(phrase("an image by digest"))
  .max(512, last("an image reference of at most 512 characters"))
  .regex(
    /^[a-z0-9]+((\.|-+)[a-z0-9]+)*(:[0-9]{1,5})?(\/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)+@sha256:[0-9a-f]{64}$/,
    phrase("an image by digest: registry/repository@sha256:<64 hex digits>, without a tag"),
  );

/** SHA-256 of a release. */
export const digest = z
  .string(phrase("a digest"))
  .regex(/^sha256:[0-9a-f]{64}$/, phrase("a digest: sha256:<64 hex digits>"));

/** The path of a URL, as a plugin serves it. */
export const urlPath = z
  .string(phrase("a path that begins with /"))
  .regex(
    /^(?=.{1,1024}$)\/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/,
    last("a path that begins with /, of the characters that URLs allow, without query or fragment"),
  )
  .refine(
    (value) =>
      !value.includes("//") &&
      !value.split("/").some((part) => part === "." || part === "..") &&
      // A slash, dot, backslash or NUL in disguise: gateways disagree on what these mean.
      !/%(2f|2e|5c|00)/i.test(value),
    phrase("a path without //, . or .. segments, encoded ones included"),
  );

/** Absolute `http` or `https` URL without credentials, query or fragment, whose host is one that DNS could know. */
export const url = z
  .string(phrase("a URL"))
  .max(2048, last("a URL of at most 2048 characters"))
  .regex(
    /^https?:\/\/[!-~]+$/,
    last("a URL that begins with http:// or https:// (RFC 3986; letters beyond ASCII encoded)"),
  )
  .refine(
    (value) => !/[?#]/.test(value) && !/^https?:\/\/[^/\\]*@/.test(value),
    last("a URL without user, password, query or fragment (secrets belong into patchbay:credentials)"),
  )
  .refine(hasEndpoint, phrase("a URL with a host name or address, and a port from 1 to 65535 if any"));

function hasEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { hostname: host, port: number } = new URL(value);
  return number !== "0" && (isIP(host.replace(/^\[|\]$/g, "")) !== 0 || hostnameForm.test(host));
}

export const port = z
  .int(phrase("a port: a whole number from 1 to 65535"))
  .min(1, phrase("a port: a whole number from 1 to 65535"))
  .max(65_535, phrase("a port: a whole number from 1 to 65535"));

/** A whole number between two bounds, both allowed. */
export function count(least: number, most: number) {
  const expected = phrase(`a whole number from ${String(least)} to ${String(most)}`);
  return z.int(expected).min(least, expected).max(most, expected);
}

/** The type of a CloudEvent (CloudEvents 1.0, `type`; reverse DNS by convention). */
export const eventType = z
  .string(phrase("an event type"))
  .regex(
    /^(?=.{1,253}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/,
    phrase("an event type such as com.example.shop.order.created (CloudEvents 1.0)"),
  );

/** Name of an environment variable. */
export const variable = z
  .string(phrase("a variable's name"))
  .regex(
    /^(?=.{1,128}$)[A-Za-z_][A-Za-z0-9_]*$/,
    phrase("a variable's name: letters, digits and underscores, not a digit first"),
  );

/** Kubernetes label key or value; both share their middle. */
export const labelValue = z
  .string(phrase("a label's value"))
  .regex(
    /^(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
    phrase("a label's value of at most 63 letters, digits, -, _ and ."),
  );
export const labelKey = z
  .string(phrase("a label's key"))
  .regex(
    /^((?=[^/]{1,253}\/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
    phrase("a label's key such as app or app.kubernetes.io/name"),
  );

export const cidr = z.union([z.cidrv4(), z.cidrv6()], phrase("a CIDR such as 10.20.0.0/16"));
