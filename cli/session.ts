import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EngineContext } from "../delivery/index.ts";
import { PatchbayError } from "../model/index.ts";
import {
  type ClusterStatus,
  clusterStatus,
  ensureEngine,
  localBackend,
  type NodeChoice,
  type NodeKind,
  nodeLine,
  type Progress,
  startCluster,
} from "../toolchain/index.ts";
import { type ClusterName, clusterDirectory, clusterInUse, folderOf, use } from "./folders.ts";
import type { Project } from "./project.ts";
import { nodeFor } from "./services.ts";
import { stopEmbedded } from "./stop.ts";

/** Where commands run: an engine with its backend, and a cluster. */
export interface Session extends EngineContext {
  /** Path of the kubeconfig in use. */
  readonly kubeconfig: string;
  /** What is known of the embedded cluster; undefined for a context of the user's, whose cluster is theirs to look after. */
  readonly embedded: ClusterStatus | undefined;
  /** What the embedded cluster's nodes are; undefined for a context of the user's, and where it was never started. */
  readonly node: NodeChoice | undefined;
}

export interface SessionOptions {
  readonly project: Project;
  readonly progress: Progress;
  /** A context of the user's kubeconfig to use instead of the embedded cluster. */
  readonly context?: string | undefined;
  /** What the embedded cluster's nodes are to be; what the machine can have, if absent. */
  readonly node?: NodeKind | undefined;
}

/** Gets what is missing, and starts the embedded cluster unless a context of the user's is asked for. Later commands go on with it. */
export async function openSession({ project, progress, context, node }: SessionOptions): Promise<Session> {
  if (context !== undefined) {
    await writeKubeconfig(project, context);
    const engine = await ensureEngine(progress);
    use(project, { context });
    return session(project, engine.environment, { context });
  }
  const choice = await nodeFor(project, node);
  const directory = clusterDirectory(project, choice.kind);
  const engine = await ensureEngine(progress);
  await stopEmbedded(project, progress, { but: directory });
  const { started } = await startCluster({ directory, progress, node: choice });
  if (!started) process.stderr.write(`The embedded cluster is running, ${nodeLine(choice)}.\n`);
  use(project, { embedded: choice.kind });
  return session(project, engine.environment, { embedded: choice.kind });
}

/** The session that a shell or a command goes on with: the cluster started or chosen last. Starts nothing. */
export async function currentSession({
  project,
  progress,
}: Pick<SessionOptions, "project" | "progress">): Promise<Session> {
  const engine = await ensureEngine(progress);
  const inUse = clusterInUse(project) ?? { embedded: (await nodeFor(project, undefined)).kind };
  return session(project, engine.environment, inUse);
}

function session(project: Project, engine: Readonly<Record<string, string>>, cluster: ClusterName): Session {
  const embedded = "embedded" in cluster ? clusterStatus(clusterDirectory(project, cluster.embedded)) : undefined;
  const kubeconfig = "context" in cluster ? kubeconfigOf(project, cluster.context) : (embedded?.kubeconfig ?? "");
  const backend = localBackend(join(folderOf(project, cluster), "state"), withoutOwnBackend(project));
  return {
    project: project.directory,
    kubeconfig,
    embedded,
    node: embedded?.node,
    variables: { ...engine, ...backend, KUBECONFIG: kubeconfig },
  };
}

/** A shell that `env` has set up names the backend of the cluster that was in use then: that is not the user's own choice. */
function withoutOwnBackend({ directory }: Project): NodeJS.ProcessEnv {
  const { PULUMI_BACKEND_URL: backend, ...others } = process.env;
  const own = pathToFileURL(join(directory, ".patchbay")).href;
  return backend?.startsWith(`${own}/`) === true ? others : process.env;
}

function kubeconfigOf(project: Project, context: string): string {
  return join(folderOf(project, { context }), "kubeconfig");
}

/** Writes a kubeconfig with just the chosen context: nobody's current context is switched, and nothing else is reachable by it. */
async function writeKubeconfig(project: Project, name: string): Promise<void> {
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
  mkdirSync(folderOf(project, { context: name }), { recursive: true });
  const file = kubeconfigOf(project, name);
  writeFileSync(file, only.exportConfig(), { mode: 0o600 });
  chmodSync(file, 0o600);
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
