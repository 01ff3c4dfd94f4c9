import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineContext } from "../delivery/index.ts";
import { PatchbayError } from "../model/index.ts";
import {
  clusterStatus,
  ensureEngine,
  localBackend,
  type NodeChoice,
  type Progress,
  startCluster,
} from "../toolchain/index.ts";
import type { Project } from "./project.ts";

/*
 * Everything that a project keeps on this machine lies in .patchbay, which git ignores. Each cluster has a folder of its own there,
 * state included: a state that told of one cluster would make updates of another say that nothing is to do.
 *
 *   .patchbay/embedded/{cluster,state}
 *   .patchbay/contexts/<name>/{kubeconfig,state}
 *   .patchbay/context    name of the context in use; absent for the embedded cluster
 */

function folderOf({ directory }: Project, context: string | undefined): string {
  const folder = join(directory, ".patchbay");
  return context === undefined ? join(folder, "embedded") : join(folder, "contexts", encodeURIComponent(context));
}

function contextFile({ directory }: Project): string {
  return join(directory, ".patchbay", "context");
}

/** Folder of the embedded cluster. */
export function clusterDirectory(project: Project): string {
  return join(folderOf(project, undefined), "cluster");
}

/** Where commands run: an engine with its backend, and a cluster. */
export interface Session extends EngineContext {
  /** Path of the kubeconfig in use. */
  readonly kubeconfig: string;
  /** The user's context in use; the embedded cluster if absent. */
  readonly context: string | undefined;
  /** What the embedded cluster's nodes are; undefined for a context of the user's, and where it was never started. */
  readonly node: NodeChoice | undefined;
}

export interface SessionOptions {
  readonly project: Project;
  readonly progress: Progress;
  /** A context of the user's kubeconfig to use instead of the embedded cluster. */
  readonly context?: string | undefined;
}

/** Gets what is missing, and starts the embedded cluster unless a context of the user's is asked for. Later commands go on with it. */
export async function openSession({ project, progress, context }: SessionOptions): Promise<Session> {
  const kubeconfig = context === undefined ? undefined : await writeKubeconfig(project, context);
  const engine = await ensureEngine(progress);
  // Real containers are asked for, so far: the services that the demonstration binds to do not run on them.
  const node = process.env["PATCHBAY_NODE"] ? "auto" : "simulated";
  const cluster =
    kubeconfig === undefined
      ? await startCluster({ directory: clusterDirectory(project), progress, node })
      : { kubeconfig, node: undefined };
  choose(project, context);
  return session(project, engine.environment, cluster, context);
}

/** The session that a shell or a command goes on with: the cluster started or chosen last. Starts nothing. */
export async function currentSession({ project, progress }: Omit<SessionOptions, "context">): Promise<Session> {
  const engine = await ensureEngine(progress);
  const file = contextFile(project);
  const context = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const cluster =
    context === undefined
      ? clusterStatus(clusterDirectory(project))
      : { kubeconfig: kubeconfigOf(project, context), node: undefined };
  return session(project, engine.environment, cluster, context);
}

/** Makes later commands use a context, or the embedded cluster. */
export function choose(project: Project, context: string | undefined): void {
  if (context === undefined) rmSync(contextFile(project), { force: true });
  else writeFileSync(contextFile(project), context);
}

function session(
  project: Project,
  engine: Readonly<Record<string, string>>,
  { kubeconfig, node }: Pick<Session, "kubeconfig" | "node">,
  context: string | undefined,
): Session {
  const backend = localBackend(join(folderOf(project, context), "state"));
  return {
    project: project.directory,
    kubeconfig,
    context,
    node,
    variables: { ...engine, ...backend, KUBECONFIG: kubeconfig },
  };
}

function kubeconfigOf(project: Project, context: string): string {
  return join(folderOf(project, context), "kubeconfig");
}

/** Writes a kubeconfig with just the chosen context: nobody's current context is switched, and nothing else is reachable by it. */
async function writeKubeconfig(project: Project, name: string): Promise<string> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const all = new KubeConfig();
  all.loadFromDefault();
  const context = all.getContextObject(name);
  if (context === null)
    throw unknownContext(
      name,
      all.getContexts().map((known) => known.name),
    );
  const only = new KubeConfig();
  only.loadFromOptions({
    clusters: all.getClusters().filter((cluster) => cluster.name === context.cluster),
    users: all.getUsers().filter((user) => user.name === context.user),
    contexts: [context],
    currentContext: name,
  });
  mkdirSync(folderOf(project, name), { recursive: true });
  const file = kubeconfigOf(project, name);
  writeFileSync(file, only.exportConfig(), { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

function unknownContext(name: string, known: readonly string[]): PatchbayError {
  return new PatchbayError([
    {
      code: "usage",
      file: "--context",
      path: "",
      found: `${JSON.stringify(name)}, which the kubeconfig lacks`,
      expected:
        known.length === 0 ? "a context of a kubeconfig (KUBECONFIG, or ~/.kube/config)" : `one of ${known.join(", ")}`,
      remedy: "choose another, or leave --context out for the embedded cluster",
    },
  ]);
}
