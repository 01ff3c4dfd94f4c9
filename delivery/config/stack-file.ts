import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PatchbayError } from "../../model/index.ts";

/** `Pulumi.<environment>.yaml`: the declaration of an environment. */
export class StackFile {
  readonly #project: string;
  readonly name: string;

  private constructor(project: string, environment: string) {
    this.#project = project;
    this.name = `Pulumi.${environment}.yaml`;
  }

  /** @throws PatchbayError `usage` where there is no such file. */
  static of(project: string, environment: string): StackFile {
    const known = readdirSync(project).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    if (known.includes(environment)) return new StackFile(project, environment);
    throw new PatchbayError([
      {
        code: "usage",
        file: environment,
        path: "",
        found: `no Pulumi.${environment}.yaml`,
        expected: known.length === 0 ? "an environment; there is none yet" : `one of ${known.sort().join(", ")}`,
        remedy: "name another, or declare it",
      },
    ]);
  }

  read(): string {
    return readFileSync(join(this.#project, this.name), "utf8");
  }

  /** Writes all of it or nothing: whoever reads meanwhile sees the old file. */
  write(text: string): void {
    // Through a link, not over it.
    const file = realpathSync(join(this.#project, this.name));
    const next = `${file}.new`;
    writeFileSync(next, text, { mode: statSync(file).mode, flush: true });
    renameSync(next, file);
  }

  /** Keeps a copy of the file, for whoever wrote it, and returns its path in the project. */
  keep(now: Date): string {
    const stamp = now.toISOString().replaceAll(":", "-");
    const kept = join(".patchbay", "failed", `${this.name.slice("Pulumi.".length, -".yaml".length)}-${stamp}.yaml`);
    const path = join(this.#project, kept);
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) throw new Error(`${kept} exists already`);
    copyFileSync(join(this.#project, this.name), path);
    return kept;
  }
}
