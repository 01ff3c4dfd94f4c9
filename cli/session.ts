import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineContext } from "../delivery/index.ts";
import { PatchbayError } from "../model/index.ts";
import { clusterStatus, ensureEngine, localBackend, type Progress, startCluster } from "../toolchain/index.ts";
import type { Project } from "./project.ts";

/** Everything that a checkout keeps on this machine: the embedded cluster, and the local backend. Git ignores it. */
export function stateDirectory(project: Project): string {
  return join(project.directory, ".patchbay");
}

export function clusterDirectory(project: Project): string {
  return join(stateDirectory(project), "cluster");
}

/** Where commands run: an engine with its backend, and a cluster. */
export interface Session extends EngineContext {
  /** Path of the kubeconfig in use. */
  readonly kubeconfig: string;
  /** Whether the cluster is the embedded one, whose nodes only play their pods. */
  readonly simulated: boolean;
}

export interface SessionOptions {
  readonly project: Project;
  readonly progress: Progress;
  /** A context of the user's kubeconfig to use instead of the embedded cluster. */
  readonly context?: string | undefined;
}

/** Gets what is missing, and starts the embedded cluster unless a context of the user's is asked for. */
export async function openSession({ project, progress, context }: SessionOptions): Promise<Session> {
  const engine = await ensureEngine(progress);
  const kubeconfig =
    context === undefined
      ? (await startCluster({ directory: clusterDirectory(project), progress })).kubeconfig
      : await useContext(project, context);
  return session(project, engine.environment, kubeconfig, context === undefined);
}

/** The session that a shell or a command continues: the cluster in use, started or chosen before. Starts nothing. */
export async function currentSession({ project, progress }: Omit<SessionOptions, "context">): Promise<Session> {
  const engine = await ensureEngine(progress);
  const chosen = chosenKubeconfig(project);
  if (existsSync(chosen)) return session(project, engine.environment, chosen, false);
  const { kubeconfig } = clusterStatus(clusterDirectory(project));
  return session(project, engine.environment, kubeconfig, true);
}

function session(
  project: Project,
  engine: Readonly<Record<string, string>>,
  kubeconfig: string,
  simulated: boolean,
): Session {
  const backend = localBackend(join(stateDirectory(project), "state"));
  return {
    project: project.directory,
    kubeconfig,
    simulated,
    environment: { ...engine, ...backend, KUBECONFIG: kubeconfig },
  };
}

export function chosenKubeconfig(project: Project): string {
  return join(stateDirectory(project), "context.kubeconfig");
}

/** Writes a kubeconfig of its own for a context of the user's: nobody's current context is switched. */
async function useContext(project: Project, context: string): Promise<string> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromDefault();
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) {
    throw new PatchbayError([
      {
        code: "usage",
        file: "--context",
        path: "",
        found: `${JSON.stringify(context)}, which the kubeconfig lacks`,
        expected:
          known.length === 0
            ? "a context of a kubeconfig (KUBECONFIG, or ~/.kube/config)"
            : `one of ${known.join(", ")}`,
        remedy: "choose another, or leave --context out for the embedded cluster",
      },
    ]);
  }
  config.setCurrentContext(context);
  const file = chosenKubeconfig(project);
  mkdirSync(stateDirectory(project), { recursive: true });
  writeFileSync(file, config.exportConfig(), { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}
