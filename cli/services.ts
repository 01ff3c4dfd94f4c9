import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EnvironmentStack } from "../delivery/index.ts";
import { chooseNode, type NodeChoice, type NodeKind, type Progress, ToolchainError } from "../toolchain/index.ts";
import type { Project } from "./project.ts";
import type { Session } from "./session.ts";

/** Folder of the checkout whose example systems a project has; nothing for a project that is somebody's own. */
function checkoutOf({ directory }: Project): string | undefined {
  const services = join(directory, "examples", "services");
  return existsSync(join(services, "deploy.ts")) ? dirname(dirname(realpathSync(services))) : undefined;
}

/**
 * Decides what the embedded cluster's nodes are: what is asked for, else real where the machine can run containers and, in the
 * checkout, the systems that its plugins are bound to; else every verification would fail.
 *
 * @throws ToolchainError where a real node is asked for and cannot be had
 */
export async function nodeFor(project: Project, wanted: NodeKind | undefined): Promise<NodeChoice> {
  const choice = await chooseNode(wanted ?? "auto", process.env);
  const checkout = checkoutOf(project);
  const asked = wanted ?? process.env.PATCHBAY_NODE;
  if (checkout === undefined || asked === "simulated") return choice;
  const { machineFolders } = await import("../examples/services/machine.ts");
  try {
    machineFolders(checkout);
    return choice;
  } catch (error) {
    if (!(error instanceof ToolchainError) || asked === "real") throw error;
    const lacking = `${error.found}: ${error.remedy}`;
    return { kind: "simulated", because: choice.kind === "real" ? lacking : `${choice.because}; ${lacking}` };
  }
}

export interface ServicesArgs {
  readonly project: Project;
  readonly session: Session;
  readonly stack: EnvironmentStack;
  readonly progress: Progress;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** On a real node plugins are verified for real, with what they are bound to: in the checkout, starts it. */
export async function startServices({ project, session, stack, progress, signal }: ServicesArgs): Promise<void> {
  if (session.node?.kind !== "real") return;
  const checkout = checkoutOf(project);
  if (checkout === undefined) {
    process.stderr.write(
      `The services that Pulumi.${stack.name}.yaml names have to be in the cluster, or the verification fails.\n`,
    );
    return;
  }
  const { deployServices } = await import("../examples/services/deploy.ts");
  const { value = "{}" } = (await stack.config())["patchbay:credentials"] ?? {};
  const credentials: unknown = JSON.parse(value);
  await deployServices({ kubeconfig: session.kubeconfig, checkout, credentials, progress, signal });
}
