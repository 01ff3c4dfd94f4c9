import type { PluginStatus, Wiring } from "../delivery/index.ts";
import { type NodeChoice, nodeLine } from "../toolchain/index.ts";
import { table } from "./table.ts";

export interface SummaryArgs {
  readonly environment: string;
  readonly namespace: string;
  readonly statuses: readonly PluginStatus[];
  /** What each plugin is wired to, by name. */
  readonly plugins: Wiring;
  /** What the embedded cluster's nodes are; undefined on a cluster of the user's. */
  readonly node: NodeChoice | undefined;
}

/** What `npm start` ends with: what runs where, each binding and its state, where the record is, what to do next. */
export function summary({ environment, namespace, statuses, plugins, node }: SummaryArgs): string {
  const word = (verification: PluginStatus["verification"]) =>
    verification === "passed" && node?.kind === "simulated" ? "played" : verification;
  const running = statuses.map(({ plugin, version, ready, wanted, verification }) => [
    plugin,
    version,
    namespace,
    `${String(ready)} of ${String(wanted)} ready`,
    word(verification),
  ]);
  const bound = Object.entries(plugins).flatMap(([plugin, { bindings }]) => {
    const status = statuses.find((one) => one.plugin === plugin);
    return Object.entries(bindings).map(([point, to]) => [
      plugin,
      point,
      to,
      status === undefined ? "unknown" : bindingState(point, status, word(status.verification)),
    ]);
  });
  const blocks = [
    table([["PLUGIN", "RELEASE", "NAMESPACE", "PODS", "VERIFICATION"], ...running]),
    bound.length === 0 ? "No plugin has a binding." : table([["PLUGIN", "BINDING", "BOUND TO", "STATE"], ...bound]),
    ...(node === undefined ? [] : [aboutNode(node)]),
    nextSteps(environment, namespace, node?.kind === "real" ? statuses : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function aboutNode(node: NodeChoice): string {
  return `${nodeLine(node)}\n${meaning[node.kind].join("\n")}`;
}

const meaning: Readonly<Record<NodeChoice["kind"], readonly string[]>> = {
  real: [
    "Pods and Jobs run as containers on this machine. Passed means that the plugin answered its checks, and that each binding was tried",
    "with its credentials, from inside the cluster: a login, a token, an answer of the API. Network policies are stored, not enforced.",
  ],
  simulated: [
    "The API server and the controllers are real, the nodes are simulated (kwok): pods and Jobs are played, no image was run.",
    "Kubernetes took everything, and rolled it out in order; nothing answered a check, and no binding was tried.",
  ],
};

/** A binding works where the pods have its files, and the plugin was verified with them; what that saw says it best. */
function bindingState(point: string, { mounted, proof }: PluginStatus, verification: string): string {
  const files = mounted.includes(point) ? "mounted" : "not mounted";
  return `${files}, ${proof[point] ?? `verification ${verification}`}`;
}

function nextSteps(environment: string, namespace: string, callable: readonly PluginStatus[]): string {
  const [{ plugin, readyUrl } = {}] = callable.filter((status) => status.readyUrl !== undefined);
  return [
    ...(plugin === undefined || readyUrl === undefined
      ? []
      : [
          `Call it         curl -i ${readyUrl}`,
          `Its logs        kubectl -n ${namespace} logs -l patchbay.dev/plugin=${plugin},patchbay.dev/role=workload`,
        ]),
    `The record      pulumi stack history -s ${environment}`,
    `By hand         eval "$(npm run -s env)"; pulumi preview -s ${environment}; kubectl -n ${namespace} get all`,
    `Change it       edit Pulumi.${environment}.yaml, and run npx patchbay deploy ${environment}`,
    "Next            docs/tutorial.md: your own first plugin",
    "End             npm stop",
  ].join("\n");
}
