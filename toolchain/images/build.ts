import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cache } from "../cache.ts";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import type { Report } from "../progress.ts";
import { buildProgram } from "../provision/build.ts";
import { goEnvironment } from "../provision/go.ts";
import type { Program } from "../provision/programs.ts";
import type { Provisioning } from "../provision/provisioning.ts";
import {
  architectures,
  buildArguments,
  type ImageSource,
  imageRegistry,
  imageSources,
  lastPart,
  reproducible,
  root,
} from "./sources.ts";

/** Packs and pushes images. */
const packer: Program = {
  name: "images",
  title: "the image packer",
  module: "images",
  package: ".",
  variables: {},
  usually: "15 s",
};

/** Makes all images in a new folder, which appears when it is complete. The caller holds the cache's lock. */
export async function buildImages({ cache, progress, environment }: Provisioning, directory: string): Promise<void> {
  const draft = `${directory}.draft`;
  await rm(draft, { recursive: true, force: true });
  await removeCopy(cache);
  const program = await buildProgram(packer, { cache, progress, directory: draft });
  const title = `build ${imageSources.length} images from their Go sources`;
  await progress.step({ title, usually: "2 min, once per machine" }, async (report) => {
    const plan = await buildPrograms(draft, await goEnvironment(environment), report);
    report("pack");
    await writeFile(join(draft, "plan.json"), JSON.stringify(plan));
    const { status, stdout, tail } = await runCommand(program, packArguments(draft));
    if (status !== 0) throw failed("The images cannot be packed", tail);
    await writeFile(join(draft, "images.json"), stdout);
    await rm(join(draft, "programs"), { recursive: true });
    await rename(draft, directory);
  });
}

/** A file that the module no longer has would be built with it. */
async function removeCopy(cache: Cache): Promise<void> {
  await rm(join(cache.build, packer.module), { recursive: true, force: true });
}

function packArguments(directory: string): string[] {
  return ["pack", "--layout", join(directory, "layout"), "--plan", join(directory, "plan.json")];
}

/** Builds every program, and returns the packer's plan. */
async function buildPrograms(directory: string, go: NodeJS.ProcessEnv, report: Report): Promise<object[]> {
  const plan: object[] = [];
  for (const source of imageSources) {
    const { repository, version, description } = source;
    const title = lastPart(repository);
    const programs: Record<string, string> = {};
    for (const architecture of architectures) {
      report(`${title} ${version} for ${architecture}`);
      const output = join(directory, "programs", architecture, `${title}-${version}`);
      await mkdir(join(output, ".."), { recursive: true });
      await buildOne(source, output, { ...go, ...reproducible(architecture) });
      programs[architecture] = output;
    }
    const labels = labelsOf(title, version, description);
    plan.push({ name: `${imageRegistry}/${repository}`, tag: version, entrypoint: `/${title}`, labels, programs });
  }
  return plan;
}

/** OCI Image Format Specification 1.1, "Annotations". */
function labelsOf(title: string, version: string, description: string): Readonly<Record<string, string>> {
  const entries = { title, version, description, licenses: "Apache-2.0" };
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [`org.opencontainers.image.${key}`, value]));
}

async function buildOne(source: ImageSource, output: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { status, tail } = await runCommand("go", buildArguments(source, output), {
    cwd: join(root, source.module),
    env,
  });
  if (status !== 0) throw failed(`The program of ${source.repository} ${source.version} cannot be built`, tail);
}

function failed(problem: string, tail: string): ToolchainError {
  return new ToolchainError({
    code: "image-failed",
    problem,
    found: tail.split("\n").slice(-3).join(" / ") || "an end without a word",
    expected: "success",
    remedy:
      "see the message above; where modules cannot be fetched, set GOPROXY to a Go module proxy that can be reached",
  });
}
