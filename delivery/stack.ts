import { automation } from "@pulumi/pulumi";
import { PatchbayError, type Problem } from "../model/index.ts";
import { type Config, configOf, type Declared, declaredBy, entryOf, lastDeclared } from "../record/index.ts";
import { type Wiring, wiringOf } from "./wiring.ts";

export interface EngineContext {
  /** Folder of `Pulumi.yaml`. */
  readonly project: string;
  /** Environment variables of the engine: its PATH, its backend, its passphrase. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Output {
  /** Takes the engine's own output, as it comes. */
  readonly write: (text: string) => void;
  /** Says that nothing more comes for now. */
  readonly end: () => void;
  /** Whether whoever reads it sees colours. */
  readonly colour: boolean;
}

export interface Changes {
  /** Number of resources by operation: `create`, `update`, `replace`, `delete`, `same`. */
  readonly counts: Readonly<Partial<Record<string, number>>>;
  readonly any: boolean;
}

/** How many entries of history are searched for what was declared last; what is further back is not worth the wait. */
const searchedEntries = 20;

/** Entries that are asked for at once: a listing of thousands takes a gigabyte. */
const pageSize = 200;

/** What makes the Kubernetes provider take fields over from others, such as whoever edited an object by hand. */
const forcePatch = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };

/** One environment's stack, driven through the engine (Automation API). */
export class EnvironmentStack {
  readonly #stack: automation.Stack;
  readonly name: string;

  private constructor(name: string, stack: automation.Stack) {
    this.name = name;
    this.#stack = stack;
  }

  /** Names of the environments that the backend knows. */
  static async names(context: EngineContext): Promise<string[]> {
    const stacks = await asked(inWorkspace(context, (workspace) => workspace.listStacks()));
    return stacks.map(({ name }) => name).sort();
  }

  /** An environment's state as the engine exports it: secrets stay encrypted. Selects nothing. */
  static async state(name: string, context: EngineContext): Promise<unknown> {
    const exported = await asked(inWorkspace(context, (workspace) => workspace.exportStack(name)));
    return exported.deployment as unknown;
  }

  /** Opens an environment's stack; creates it where it does not exist yet. */
  static async open(name: string, context: EngineContext): Promise<EnvironmentStack> {
    const stack = await asked(inWorkspace(context, (workspace) => automation.Stack.createOrSelect(name, workspace)));
    return new EnvironmentStack(name, stack);
  }

  /** Shows what an update would change: field by field, or where there was no update yet, which would be thousands of lines, by name. */
  async preview(output: Output, signal: AbortSignal): Promise<Changes> {
    const last = await asked(this.#stack.info(false));
    const run = this.#stack.preview({ diff: last !== undefined, signal, ...displayed(output) });
    const { changeSummary } = await explained(this.name, "preview", run).finally(output.end);
    return changes(changeSummary);
  }

  /** Updates, with a message that the stack's history keeps. A signal stops it in an orderly way. */
  async up(message: string, output: Output, signal: AbortSignal): Promise<Changes> {
    const run = this.#stack.up({ message, showSecrets: false, signal, ...displayed(output) });
    const { summary } = await explained(this.name, "update", run).finally(output.end);
    return changes(summary.resourceChanges ?? {});
  }

  /** Updates against what is really there: what was deleted comes back, and fields that somebody else took over are taken back. */
  async mend(message: string, output: Output, signal: AbortSignal): Promise<Changes> {
    const { workspace } = this.#stack;
    const variables = workspace.envVars;
    workspace.envVars = { ...variables, ...forcePatch };
    try {
      const options = { message, showSecrets: false, signal, refresh: true, ...displayed(output) };
      const { summary } = await explained(this.name, "update", this.#stack.up(options)).finally(output.end);
      return changes(summary.resourceChanges ?? {});
    } finally {
      workspace.envVars = variables;
    }
  }

  /** All entries of the stack's history, newest first, without secrets. */
  async history(): Promise<unknown[]> {
    const entries: unknown[] = [];
    for (let page = 1; ; page += 1) {
      const more = await asked(this.#stack.history(pageSize, page, false));
      entries.push(...more);
      if (more.length < pageSize) return entries;
    }
  }

  /**
   * What the entry with a number declared, counted from the oldest, of so many; with its secrets: for memory only.
   *
   * @throws PatchbayError `engine-failed` where its secrets were encrypted otherwise than those of today.
   */
  async recordedConfig(number: number, entries: number): Promise<Config> {
    const [data] = await asked(this.#stack.history(1, entries - number + 1, true));
    const config = entryOf(data)?.config ?? {};
    const lost = Object.keys(config).filter((key) => config[key]?.value === undecryptable);
    if (lost.length > 0) throw new PatchbayError([unreadable(this.name, number, lost)]);
    return config;
  }

  /** The stack's config as it is now, with its secrets: for memory only. */
  async config(): Promise<Config> {
    return configOf(await asked(this.#stack.getAllConfig()));
  }

  /** What the last successful update declared, and what the config declares now. */
  async declared(): Promise<{ before: Declared | undefined; after: Declared | undefined }> {
    const [history, config] = await Promise.all([
      this.#stack.history(searchedEntries, 1, false),
      this.#stack.getAllConfig(),
    ]);
    return { before: lastDeclared(history), after: declaredBy(config) };
  }

  /** What the environment's plugins are wired to, by its outputs. */
  async wiring(): Promise<Wiring> {
    const outputs = await this.#stack.outputs();
    return wiringOf(outputs.plugins?.value);
  }
}

/** Everything that the engine says but the outputs, which are long: its diagnostics come as errors. */
function displayed({ write, colour }: Output) {
  return {
    onOutput: write,
    onError: write,
    color: colour ? ("always" as const) : ("never" as const),
    suppressOutputs: true,
  };
}

async function inWorkspace<T>(
  { project, variables }: EngineContext,
  work: (workspace: automation.LocalWorkspace) => Promise<T>,
): Promise<T> {
  // The engine is found by the PATH of this process, whatever the workspace's variables say.
  Object.assign(process.env, variables);
  return work(await automation.LocalWorkspace.create({ workDir: project, envVars: { ...variables } }));
}

/** Something that the engine does without saying anything: why it fails stands in its error, after much else. */
async function asked<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    const { message } = error as Error;
    const found = /^.*error: (.+)$/m.exec(message)?.[1] ?? message.split("\n")[0] ?? "no reason";
    throw new PatchbayError([
      {
        code: "engine-failed",
        file: "pulumi",
        path: "",
        found,
        expected: "a backend that answers, and a passphrase that fits (PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE)",
        remedy: "mend what it names, and run the command again",
      },
    ]);
  }
}

/** What the engine says instead of a secret that it has no key for (Pulumi 3, `pulumi stack history`). */
const undecryptable = "ERROR_UNABLE_TO_DECRYPT";

function unreadable(name: string, number: number, keys: readonly string[]): Problem {
  return {
    code: "engine-failed",
    file: `Pulumi.${name}.yaml`,
    path: "",
    found: `${keys.join(", ")} of deployment ${String(number)} is encrypted with another salt or key`,
    expected: "the encryption that was in force then",
    remedy: "go back by hand: git has that file; pulumi up",
  };
}

function changes(counts: Readonly<Partial<Record<string, number>>>): Changes {
  return {
    counts,
    any: Object.entries(counts).some(
      ([operation, count]) => operation !== "same" && operation !== "read" && (count ?? 0) > 0,
    ),
  };
}

/** The engine has said why by then, in what was written; its error repeats all of it and more. */
async function explained<T>(name: string, step: string, run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    throw new PatchbayError([error instanceof automation.ConcurrentUpdateError ? locked(name) : failed(name, step)]);
  }
}

function locked(name: string): Problem {
  return {
    code: "state-locked",
    file: `Pulumi.${name}.yaml`,
    path: "",
    found: `the state of ${name} is locked by another update, or by one that died`,
    expected: "one update of an environment at a time",
    remedy: `wait for the other one; if none runs any more: npx patchbay doctor ${name}`,
  };
}

function failed(name: string, step: string): Problem {
  return {
    code: "engine-failed",
    file: `Pulumi.${name}.yaml`,
    path: "",
    found: `the ${step} of ${name} failed; its output above says why`,
    expected: `a ${step} that succeeds`,
    remedy: `mend what it names, and run it again; npx patchbay doctor ${name} looks for what else may be wrong`,
  };
}
