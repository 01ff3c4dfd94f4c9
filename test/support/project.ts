import { execFile, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { localBackend } from "../../toolchain/index.ts";
import { testCluster, testEngine } from "./cluster.ts";
import type { Data, ReleaseData } from "./documents.ts";

const checkout = resolve(import.meta.dirname, "../..");

export interface Result {
  readonly status: number | null;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

export interface Update extends Result {
  /** Operations on resources other than `same`, by URN; the engine's own words: `create`, `update`, `replace`, `delete`. */
  readonly changes: ReadonlyMap<string, string>;
}

export interface StackDocuments {
  readonly environment: Data;
  readonly plugins: Data;
  readonly credentials?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Credentials that stand in plain text, for tests of what is wrong with them: encrypting them would cost a second. */
  readonly plainCredentials?: Data;
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Data;
  readonly outputs?: Data;
}

/** A project like the checkout's in a temporary folder: the same program, its own catalog, stacks and backend. */
export class Project {
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;

  /** @param kubeconfig of the cluster that it works on; the one of the integration tests, if absent */
  constructor(kubeconfig: string = testCluster().kubeconfig) {
    this.directory = mkdtempSync(join(tmpdir(), "patchbay-project-"));
    for (const file of ["index.ts", "Pulumi.yaml", "package.json"])
      copyFileSync(join(checkout, file), join(this.directory, file));
    for (const folder of ["components", "model", "sources", "node_modules"])
      symlinkSync(join(checkout, folder), join(this.directory, folder));
    mkdirSync(join(this.directory, "catalog"));
    this.variables = {
      ...testEngine().environment,
      ...localBackend(join(this.directory, "state"), {}),
      KUBECONFIG: kubeconfig,
      // Without it the engine does not know --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
    };
  }

  get stateDirectory(): string {
    return join(this.directory, "state");
  }

  /** Adds releases to the catalog. */
  release(...releases: readonly ReleaseData[]): void {
    for (const release of releases) this.write(`catalog/${release.plugin}/${release.version}.yaml`, stringify(release));
  }

  emptyCatalog(): void {
    rmSync(join(this.directory, "catalog"), { recursive: true });
    mkdirSync(join(this.directory, "catalog"));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.directory, file)), { recursive: true });
    writeFileSync(join(this.directory, file), text);
  }

  /** Creates a stack, or changes what it declares; credentials stand encrypted, as Pulumi does it. */
  async declare(
    name: string,
    { environment, plugins, credentials = {}, plainCredentials }: StackDocuments,
  ): Promise<void> {
    const file = join(this.directory, `Pulumi.${name}.yaml`);
    const salt = existsSync(file) ? /^encryptionsalt: .*$/m.exec(readFileSync(file, "utf8"))?.[0] : undefined;
    const plain = plainCredentials && { "patchbay:credentials": plainCredentials };
    const config = stringify({
      config: { "patchbay:environment": environment, "patchbay:plugins": plugins, ...plain },
    });
    writeFileSync(file, salt === undefined ? config : `${salt}\n${config}`);
    if (salt === undefined) await this.succeed("stack", "init", name);
    const secrets = Object.entries(credentials).flatMap(([service, entries]) =>
      Object.entries(entries).flatMap(([key, value]) => [
        "--secret",
        `patchbay:credentials.${service}.${key}=${value}`,
      ]),
    );
    if (secrets.length > 0) await this.succeed("config", "set-all", "--path", "-s", name, ...secrets);
  }

  preview(name: string, ...options: readonly string[]): Promise<Update> {
    return this.#update(["preview", "-s", name, ...options]);
  }

  up(name: string, ...options: readonly string[]): Promise<Update> {
    return this.#update(["up", "--yes", "--skip-preview", "-s", name, ...options]);
  }

  destroy(name: string): Promise<Update> {
    return this.#update(["destroy", "--yes", "--skip-preview", "-s", name]);
  }

  /** Resources of a stack's state. */
  async resources(name: string): Promise<readonly StateResource[]> {
    const { output } = await this.succeed("stack", "export", "-s", name);
    const state = JSON.parse(output) as { deployment: { resources?: readonly StateResource[] } };
    return state.deployment.resources ?? [];
  }

  /** Runs the engine's command line by hand. */
  pulumi(...args: readonly string[]): Promise<Result> {
    return run(testEngine().pulumi, [...args, "--non-interactive", "--color", "never"], this);
  }

  async succeed(...args: readonly string[]): Promise<Result> {
    const result = await this.pulumi(...args);
    if (result.status !== 0) throw new Error(`pulumi ${args[0] ?? ""} failed:\n${result.output}`);
    return result;
  }

  /** Starts an update and does not wait for it; whoever starts it ends it. */
  spawnUp(name: string) {
    const args = ["up", "--yes", "--skip-preview", "-s", name, "--non-interactive", "--color", "never"];
    return spawn(testEngine().pulumi, args, {
      cwd: this.directory,
      env: { ...process.env, ...this.variables },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #update(args: readonly string[]): Promise<Update> {
    const log = join(this.directory, `events-${crypto.randomUUID()}.json`);
    const result = await this.pulumi(...args, "--event-log", log);
    const changes = changesIn(log);
    // The engine logs its debug messages there, secrets and all; the Automation API removes its own likewise.
    rmSync(log, { force: true });
    return { ...result, changes };
  }
}

/** A project that is removed when its test has finished. */
export function testProject(): Project {
  const project = new Project();
  onTestFinished(() => {
    project.remove();
  });
  return project;
}

/** Asserts that a program ended well; what it said is the message otherwise. */
export function expectSuccess({ status, output }: Result): void {
  expect(status, output).toBe(0);
}

/** Runs a program to its end; a failure is a status, not an error. */
export function run(
  program: string,
  args: readonly string[],
  { directory, variables }: Pick<Project, "directory" | "variables">,
): Promise<Result> {
  return new Promise((done) => {
    const options = { cwd: directory, env: { ...process.env, ...variables }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, args, options, (_error, stdout, stderr) => {
      done({ status: child.exitCode, output: `${stdout}${stderr}` });
    });
  });
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: { readonly op: string; readonly urn: string } };
}

/** Steps that belong to a replacement, and to nothing else. */
const partsOfReplacement = new Set(["create-replacement", "delete-replaced", "replace"]);

function changesIn(log: string): Map<string, string> {
  const changes = new Map<string, string>();
  if (!existsSync(log)) return changes;
  const events = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) continue;
    const { op, urn } = resourcePreEvent.metadata;
    if (op === "same" || op === "read") continue;
    changes.set(urn, partsOfReplacement.has(op) ? "replace" : op);
  }
  return changes;
}

/** `type name` of a URN, with the type's version and module left out: `Deployment payment-gateway-deployment`. */
export function shortUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split(":").at(-1) ?? types} ${name}`;
}
