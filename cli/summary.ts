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
  const running = statuses.map(({ plugin, version, ready, wanted, verification }) => [
    plugin,
    version,
    namespace,
    `${String(ready)} of ${String(wanted)} ready`,
    verification,
  ]);
  const bound = Object.entries(plugins).flatMap(([plugin, { bindings }]) =>
    Object.entries(bindings).map(([point, to]) => [
      plugin,
      point,
      to,
      bindingState(
        point,
        statuses.find((status) => status.plugin === plugin),
      ),
    ]),
  );
  const blocks = [
    table([["PLUGIN", "RELEASE", "NAMESPACE", "PODS", "VERIFICATION"], ...running]),
    bound.length === 0 ? "No plugin has a binding." : table([["PLUGIN", "BINDING", "BOUND TO", "STATE"], ...bound]),
    ...(node === undefined ? [] : [aboutNode(node)]),
    nextSteps(environment, namespace),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function aboutNode(node: NodeChoice): string {
  const meaning =
    node.kind === "real"
      ? "Pods and Jobs ran as containers on this machine."
      : "The embedded cluster's API server is real, its nodes are simulated (kwok): pods and Jobs are played, no image was run.";
  return `${nodeLine(node)}\n${meaning}`;
}

/** A binding works where the pods have its files, and the plugin was verified with them. */
function bindingState(point: string, status: PluginStatus | undefined): string {
  if (status === undefined) return "unknown";
  const files = status.mounted.includes(point) ? "mounted" : "not mounted";
  return `${files}, verification ${status.verification}`;
}

function nextSteps(environment: string, namespace: string): string {
  return [
    "The record      pulumi stack history -s " + environment,
    'By hand         eval "$(npm run -s env)"; pulumi preview -s ' +
      environment +
      "; kubectl -n " +
      namespace +
      " get all",
    `Change it       edit Pulumi.${environment}.yaml, and run npm start again`,
    "Next            docs/tutorial.md: your own first plugin",
    "End             npm stop",
  ].join("\n");
}
