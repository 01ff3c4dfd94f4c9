import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An image that is built from Go sources of the checkout. */
export interface ImageSource {
  /** Repository in the registry, e.g. `shop/payment-gateway`. */
  readonly repository: string;
  readonly version: string;
  /** Folder of the Go module, in the checkout. */
  readonly module: string;
  /** Package in the module; its name is that of the program. */
  readonly program: string;
  readonly description: string;
}

/** The checkout. */
export const root = join(import.meta.dirname, "../..");

/**
 * Registry of all images, in a domain that nobody can own (RFC 2606): they are published nowhere. The embedded cluster serves
 * them from a registry of its own under that name.
 */
export const imageRegistry = "registry.example.com";

/** The Go that builds images, exactly: another may make other bytes of the same sources, and so other digests. */
const imageGo = "1.26.8";

const plugins = "examples/plugins";

const versionsOf = (repository: string, description: string, versions: readonly string[]): ImageSource[] =>
  versions.map((version) => ({ repository, version, module: plugins, program: lastPart(repository), description }));

/** What is in the catalogs, a further version of the shop's plugins to roll out, and what the cluster itself runs. */
export const imageSources: readonly ImageSource[] = [
  ...versionsOf("shop/payment-gateway", "Takes payments for orders.", ["2.4.0", "2.4.1", "2.4.2"]),
  ...versionsOf("shop/tax-calculator", "Says how much tax an order carries.", ["1.2.0", "1.3.0", "1.4.0"]),
  ...versionsOf("cms/seo", "Scores articles for search engines.", ["1.4.0"]),
  ...versionsOf("crm/campaigns", "Sends campaigns to contacts.", ["3.0.2"]),
  {
    repository: "patchbay/verifier",
    version: "0.1.0",
    module: "verifier",
    program: ".",
    description: "Proves that a release of a plugin and its bindings work.",
  },
  {
    repository: "patchbay/pause",
    version: "0.1.0",
    module: "toolchain/modules/images",
    program: "pause",
    description: "Holds the namespaces of a pod open.",
  },
];

/** Architectures of the images, as Go names them. */
export const architectures = ["amd64", "arm64"] as const;

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Variables that decide on the bytes of a program, over those of the machine. */
export function reproducible(architecture: string): Readonly<Record<string, string>> {
  return {
    GOTOOLCHAIN: `go${imageGo}`,
    GOOS: "linux",
    GOARCH: architecture,
    GOAMD64: "v1",
    GOARM64: "v8.0",
    GOFIPS140: "off",
    CGO_ENABLED: "0",
  };
}

/** Arguments of `go`: without paths of the machine, state of the checkout or build id, which differ from machine to machine. */
export function buildArguments({ program, version }: ImageSource, output: string): string[] {
  const linker = `-s -w -buildid= -X main.version=${version}`;
  const from = program === "." ? "." : `./${program}`;
  return ["build", "-trimpath", "-buildvcs=false", "-ldflags", linker, "-o", output, from];
}

/** Changes with anything that the images are made of. */
export function sourcesHash(): string {
  const hash = createHash("sha256").update(
    JSON.stringify([imageSources, architectures.map(reproducible), imageRegistry]),
  );
  for (const module of [...new Set(imageSources.map((source) => source.module))].sort()) {
    const files = globSync("**/{go.mod,go.sum,*.go}", { cwd: join(root, module) }).sort();
    for (const file of files.filter((name) => !name.endsWith("_test.go"))) {
      hash.update(`\0${module}/${file}\0`).update(readFileSync(join(root, module, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
