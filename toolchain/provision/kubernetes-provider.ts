import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { versions } from "../versions.ts";
import { moduleDirectory } from "./go-modules.ts";

const PROVIDER_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** Generates what `modules/kubernetes/provider/main.go` embeds; upstream's own build does the same. */
export async function generateEmbeddedFiles(directory: string, go: NodeJS.ProcessEnv): Promise<void> {
  const upstream = await moduleDirectory(PROVIDER_MODULE, { cwd: directory, env: go });
  const command = join(upstream, "cmd", "pulumi-resource-kubernetes");
  const schema = JSON.parse(await readFile(join(command, "schema.json"), "utf8")) as Record<string, unknown>;
  const released = { ...schema, version: versions.kubernetesProvider };
  await writeFile(join(directory, "provider", "schema-embed.json"), JSON.stringify(released));
  await copyFile(join(command, "terraform-mapping.json"), join(directory, "provider", "terraform-mapping-embed.json"));
}
