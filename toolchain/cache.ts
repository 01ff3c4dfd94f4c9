import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { versions } from "./versions.ts";

/** Where the toolchain keeps what it downloaded or built; outside any checkout, so that the next clone has it at once. */
export interface Cache {
  readonly directory: string;
  /** Programs built from Go modules, or downloaded: the control plane, kwok, kubectl, and a `pulumi` that was built. */
  readonly bin: string;
  /** The Pulumi distribution, where it could be downloaded. */
  readonly distribution: string;
  /** `PULUMI_HOME` of our own engine. */
  readonly pulumiHome: string;
  /** Our stand-ins for the language host and the random provider, by content. */
  readonly standIns: string;
  /** Custom resource definitions of the embedded cluster. */
  readonly crds: string;
  /** Copies of the Go modules, to build in. */
  readonly build: string;
  /** Compiled JavaScript of programs and plugins, which Node keeps for their next start. */
  readonly compiled: string;
  readonly lock: string;
}

/** `${XDG_CACHE_HOME:-~/.cache}/patchbay/<key>`; the key changes with any pinned version. */
export function cacheOf(environment: NodeJS.ProcessEnv = process.env): Cache {
  const configured = environment["XDG_CACHE_HOME"];
  // The XDG specification has relative paths ignored.
  const base = configured && isAbsolute(configured) ? configured : join(environment["HOME"] ?? homedir(), ".cache");
  const directory = join(base, "patchbay", cacheKey());
  return {
    directory,
    bin: join(directory, "bin"),
    distribution: join(directory, "pulumi"),
    pulumiHome: join(directory, "pulumi-home"),
    standIns: join(directory, "stand-ins"),
    crds: join(directory, "crds"),
    build: join(directory, "build"),
    compiled: join(directory, "compiled"),
    lock: join(directory, "lock"),
  };
}

export function cacheKey(pinned: Readonly<Record<string, string>> = versions): string {
  const digest = createHash("sha256").update(JSON.stringify(pinned)).digest("hex").slice(0, 8);
  return `pulumi-${pinned["pulumi"]}-kubernetes-${pinned["kubernetes"]}-${digest}`;
}
