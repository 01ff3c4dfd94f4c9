import { ToolchainError } from "../../errors.ts";
import type { NodeKind } from "../setup.ts";
import { type Machine, thisMachine } from "./machine.ts";

/** What the nodes of a cluster are. */
export interface NodeChoice {
  readonly kind: NodeKind;
  /** What runs the pods, or why none can run here: `containerd 1.6.20`, `containerd is not installed: apt-get …`. */
  readonly because: string;
}

/** Debian's packages, by a program of each. */
const packages: Readonly<Record<string, string>> = {
  containerd: "containerd",
  runc: "runc",
  iptables: "iptables",
  ip: "iproute2",
  socat: "socat",
  openssl: "openssl",
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
};
const CNI_PACKAGE = "containernetworking-plugins";

/**
 * Decides what the nodes of a cluster are: what the caller asks for, else what `PATCHBAY_NODE` names, else real where
 * the machine can run containers.
 *
 * @throws ToolchainError `node-impossible` where a real one is asked for and cannot be had; `node-unknown`
 */
export async function chooseNode(
  wanted: NodeKind | "auto",
  environment: NodeJS.ProcessEnv,
  machine: Machine = thisMachine(environment),
): Promise<NodeChoice> {
  const kind = wanted === "auto" ? kindNamed(environment["PATCHBAY_NODE"]) : wanted;
  if (kind === "simulated") return { kind, because: "containers were not asked for" };
  const lacking = await lacks(machine);
  if (lacking.length === 0) return { kind: "real", because: containerdTitle(await machine.containerdVersion()) };
  if (kind === "auto") return { kind: "simulated", because: lacking.join("; ") };
  throw new ToolchainError({
    code: "node-impossible",
    problem: "The embedded cluster cannot have a real node here",
    found: lacking.join("; "),
    expected: "Linux, root, and Debian's containerd with what belongs to it",
    remedy: "install what lacks, or set PATCHBAY_NODE=simulated to have pods played instead of run",
  });
}

/** `node: real (containerd 1.6.20)`, `nodes: simulated (…)` */
export function nodeLine({ kind, because }: NodeChoice): string {
  return `${kind === "real" ? "node" : "nodes"}: ${kind} (${because})`;
}

/** All that keeps a machine from running containers. */
async function lacks(machine: Machine): Promise<string[]> {
  if (machine.platform !== "linux") return [`containers take Linux, this is ${machine.platform}`];
  const missing = [
    ...Object.keys(packages).filter((program) => !machine.has(program)),
    ...(machine.cniPlugins === undefined ? ["the CNI plugins"] : []),
  ];
  const lacking = [
    ...(machine.isRoot ? [] : ["containers take root"]),
    ...(missing.length === 0 ? [] : [notInstalled(missing)]),
    ...(machine.cgroupsAreWritable ? [] : ["/sys/fs/cgroup cannot be written"]),
  ];
  if (lacking.length > 0) return lacking;
  const said = await machine.trySandbox();
  return said === undefined ? [] : [`namespaces and mounts are not allowed: ${said}`];
}

function notInstalled(missing: readonly string[]): string {
  const wanted = new Set(missing.map((program) => packages[program] ?? CNI_PACKAGE));
  return `${missing.join(", ")} ${missing.length === 1 && missing[0] !== "the CNI plugins" ? "is" : "are"} not installed: apt-get install ${[...wanted].join(" ")}`;
}

function kindNamed(name: string | undefined): NodeKind | "auto" {
  if (!name || name === "auto") return "auto";
  if (name === "real" || name === "simulated") return name;
  throw new ToolchainError({
    code: "node-unknown",
    problem: "PATCHBAY_NODE names no kind of node",
    found: name,
    expected: "real, simulated, auto",
    remedy: "unset PATCHBAY_NODE to have a real node where the machine can run containers",
  });
}

/** `containerd github.com/containerd/containerd 1.6.20~ds1 …` -> `containerd 1.6.20` */
function containerdTitle(output: string): string {
  const version = /\d+\.\d+\.\d+/.exec(output)?.[0];
  return version === undefined ? "containerd" : `containerd ${version}`;
}
