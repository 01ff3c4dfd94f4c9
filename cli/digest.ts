import { join, relative } from "node:path";
import { PatchbayError, parseYaml, releaseDigest } from "../model/index.ts";
import { readCatalog } from "../sources/catalog.ts";
import type { Project } from "./project.ts";

/** Prints `<digest>  <plugin>@<version>` for each release. */
export function printDigests(project: Project, releases: readonly string[]): void {
  const lines = releases.map((release) => `${digestOf(project, release)}  ${release}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

function digestOf(project: Project, release: string): string {
  const [plugin = "", version = ""] = release.split("@");
  const catalog = readCatalog(relative(process.cwd(), join(project.directory, "catalog")), {
    [plugin]: { release: version },
  });
  const source = catalog.releases.get(`${plugin}@${version}`);
  if (source !== undefined) return releaseDigest(parseYaml(source.file, source.text), source.contracts);
  const versions = catalog.versions.get(plugin);
  throw new PatchbayError([
    {
      code: "release-unknown",
      file: release,
      path: "",
      found: "no such release in the catalog",
      expected:
        versions === undefined
          ? `<plugin>@<version>, of the plugins ${catalog.plugins.join(", ")}`
          : versions.map((known) => `${plugin}@${known}`).join(", "),
      remedy: "name another, or add its file to the catalog",
    },
  ]);
}
