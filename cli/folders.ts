import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeKind } from "../toolchain/index.ts";
import type { Project } from "./project.ts";

/*
 * Everything that a project keeps on this machine lies in .patchbay, which git ignores. Each cluster has a folder of its own there,
 * state included: a state that told of one cluster would make updates of another say that nothing is to do. That goes for the two
 * kinds of embedded cluster as well: what simulated nodes have played would pass for proven on a real one.
 *
 *   .patchbay/embedded/{real,simulated}/{cluster,state}
 *   .patchbay/contexts/<name>/{kubeconfig,state}
 *   .patchbay/embedded/kind    of the embedded cluster started last
 *   .patchbay/context          name of the context in use; absent for the embedded cluster
 */

/** A cluster of this machine: one of the user's contexts, or an embedded one. */
export type ClusterName = { readonly context: string } | { readonly embedded: NodeKind };

const kinds = ["real", "simulated"] as const;

/** Folder of a cluster's state, and of what else there is of it. */
export function folderOf(project: Project, name: ClusterName): string {
  return "context" in name
    ? join(root(project), "contexts", encodeURIComponent(name.context))
    : join(root(project), "embedded", name.embedded);
}

/** Folder of an embedded cluster's own data. */
export function clusterDirectory(project: Project, kind: NodeKind): string {
  return join(folderOf(project, { embedded: kind }), "cluster");
}

/** Folders of the embedded clusters that there may be. */
export function clusterDirectories(project: Project): string[] {
  // An earlier version had one for both kinds.
  return [...kinds.map((kind) => clusterDirectory(project, kind)), join(root(project), "embedded", "cluster")];
}

/** The cluster that was started or chosen last; nothing where that never happened. */
export function clusterInUse(project: Project): ClusterName | undefined {
  const context = contentOf(contextFile(project));
  if (context !== undefined) return { context };
  const kind = kinds.find((known) => known === contentOf(kindFile(project)));
  return kind && { embedded: kind };
}

/** Makes later commands use a cluster. */
export function use(project: Project, name: ClusterName): void {
  const [file, text] = "context" in name ? [contextFile(project), name.context] : [kindFile(project), name.embedded];
  mkdirSync(join(root(project), "embedded"), { recursive: true });
  writeFileSync(file, text);
  if (!("context" in name)) forgetContext(project);
}

/** Makes later commands use the embedded cluster. */
export function forgetContext(project: Project): void {
  rmSync(contextFile(project), { force: true });
}

function root({ directory }: Project): string {
  return join(directory, ".patchbay");
}

function contextFile(project: Project): string {
  return join(root(project), "context");
}

function kindFile(project: Project): string {
  return join(root(project), "embedded", "kind");
}

function contentOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
