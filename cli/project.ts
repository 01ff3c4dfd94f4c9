import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PatchbayError, parseYaml } from "../model/index.ts";

/** A Pulumi project: the folder of its `Pulumi.yaml`, and its name. */
export interface Project {
  readonly directory: string;
  readonly name: string;
}

/**
 * The project that a folder is in: the nearest one upwards that has a `Pulumi.yaml`, as Pulumi itself looks for it.
 *
 * @throws PatchbayError `config-missing` where there is none.
 */
export function projectAt(folder: string): Project {
  for (let directory = folder; ; directory = dirname(directory)) {
    const file = join(directory, "Pulumi.yaml");
    if (existsSync(file)) return { directory, name: nameIn(file) };
    if (dirname(directory) === directory) break;
  }
  throw new PatchbayError([
    {
      code: "config-missing",
      file: "Pulumi.yaml",
      path: "",
      found: `none in ${folder} or above`,
      expected: "a Pulumi project",
      remedy: "run the command in the project's folder",
    },
  ]);
}

function nameIn(file: string): string {
  const data = parseYaml("Pulumi.yaml", readFileSync(file, "utf8")) as { readonly name?: unknown } | null;
  return typeof data?.name === "string" ? data.name : "";
}
