import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EnvironmentStack } from "../delivery/index.ts";
import type { Declared } from "../record/index.ts";
import { chooseNode, type NodeChoice, type NodeKind, type Progress, ToolchainError } from "../toolchain/index.ts";
import type { Project } from "./project.ts";

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
  readonly kubeconfig: string;
  /** What the embedded cluster's nodes are; undefined on a cluster of the user's. */
  readonly node: NodeChoice | undefined;
  readonly stack: EnvironmentStack;
  /** What the environment's file says. */
  readonly declared: Declared | undefined;
  readonly progress: Progress;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * On a real node plugins are verified for real, with what they are bound to. In the checkout that is started here for the
 * development environment; other environments have systems of their own, which are not on this machine.
 */
export async function startServices(args: ServicesArgs): Promise<void> {
  const { project, kubeconfig, node, stack, declared, progress, signal } = args;
  if (node?.kind !== "real") return;
  const checkout = checkoutOf(project);
  const { stage } = (declared?.environment ?? {}) as { readonly stage?: string };
  if (checkout === undefined || stage !== "development") {
    process.stderr.write(`\n${absent(stack.name)}\n`);
    return;
  }
  const { deployServices } = await import("../examples/services/deploy.ts");
  const { value = "{}" } = (await stack.config())["patchbay:credentials"] ?? {};
  const credentials: unknown = JSON.parse(value);
  await deployServices({ kubeconfig, checkout, credentials, progress, signal });
}

function absent(environment: string): string {
  return [
    `The services that Pulumi.${environment}.yaml names are not started: where the cluster lacks them, the verification fails.`,
    `To see the rollout played without them: npx patchbay start --node simulated --environment ${environment}`,
  ].join("\n");
}
