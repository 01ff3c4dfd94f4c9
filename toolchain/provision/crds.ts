import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { ToolchainError } from "../errors.ts";
import type { Report } from "../progress.ts";
import { copyModule } from "./build.ts";
import { CRDS_SHA256, type CrdSource, crdSources } from "./crd-sources.ts";
import { downloadText, isReachable } from "./download.ts";
import { goEnvironment } from "./go.ts";
import { moduleDirectory } from "./go-modules.ts";
import { type Provisioning, withCacheLock } from "./provisioning.ts";
import { allowedWays } from "./ways.ts";

/** One CustomResourceDefinition, as its publisher wrote it. */
export interface CrdDocument {
  readonly name: string;
  /** YAML, one document. */
  readonly document: string;
}

const RAW_FILES = "https://raw.githubusercontent.com";

/**
 * The CustomResourceDefinitions that Patchbay's components use, from the cache where they are there already.
 *
 * @throws ToolchainError where they can be had neither from GitHub nor from a Go module proxy
 */
export async function loadCrds(provisioning: Provisioning): Promise<CrdDocument[]> {
  const file = join(provisioning.cache.crds, `${CRDS_SHA256}.json`);
  if (!existsSync(file)) {
    await withCacheLock(provisioning, async () => {
      if (existsSync(file)) return;
      const documents = await fetchCrds(provisioning);
      await mkdir(provisioning.cache.crds, { recursive: true });
      await writeFile(`${file}.draft`, JSON.stringify(documents));
      await rename(`${file}.draft`, file);
    });
  }
  return JSON.parse(await readFile(file, "utf8")) as CrdDocument[];
}

async function fetchCrds({ cache, progress, environment }: Provisioning): Promise<CrdDocument[]> {
  const title = "fetch the custom resource definitions";
  return progress.step({ title, usually: "20 s, once per machine" }, async (report) => {
    const online = !allowedWays(environment).every((way) => way === "build") && (await isReachable(RAW_FILES));
    const documents = online ? await fromGitHub(report) : await fromGoModules(copyModule("crds", cache), report);
    await rm(join(cache.build, "crds"), { recursive: true, force: true });
    return verified(documents);
  });
}

async function fromGitHub(report: Report): Promise<string[]> {
  const documents: string[] = [];
  for (const { repository, version, folder, files } of crdSources) {
    report(repository);
    const urls = files.map((file) => `${RAW_FILES}/${repository}/${version}/${folder}/${file}`);
    documents.push(...(await Promise.all(urls.map(downloadText))));
  }
  return documents;
}

async function fromGoModules(directory: string, report: Report): Promise<string[]> {
  const env = await goEnvironment();
  const documents: string[] = [];
  for (const source of crdSources) {
    report(source.goModule);
    const upstream = await moduleDirectory(source.goModule, { cwd: directory, env });
    documents.push(...(await Promise.all(filesOf(source, upstream).map((file) => readFile(file, "utf8")))));
  }
  return documents;
}

function filesOf({ folder, files }: CrdSource, upstream: string): string[] {
  return files.map((file) => join(upstream, folder, file));
}

function verified(documents: readonly string[]): CrdDocument[] {
  const hash = createHash("sha256");
  for (const document of documents) hash.update(document);
  const found = hash.digest("hex");
  if (found !== CRDS_SHA256) {
    throw new ToolchainError({
      code: "checksum-mismatch",
      problem: "The custom resource definitions are not those that Patchbay was made with",
      found: `SHA-256 ${found}`,
      expected: `SHA-256 ${CRDS_SHA256}`,
      remedy:
        "remove toolchain's cache and try again; after a change of versions, write the new hash to crd-sources.ts",
    });
  }
  return documents.map((document) => {
    const { metadata } = parse(document) as { readonly metadata: { readonly name: string } };
    return { name: metadata.name, document };
  });
}
