import { type EnvironmentStack, pluginStatuses } from "../delivery/index.ts";
import type { Declared } from "../record/index.ts";
import type { Session } from "./session.ts";
import { summary } from "./summary.ts";
import { heading } from "./terminal.ts";

/** Prints what runs in an environment, as the cluster and the stack's outputs tell it. */
export async function summarise(
  stack: EnvironmentStack,
  { kubeconfig, node }: Session,
  declared: Declared | undefined,
  what: string,
): Promise<void> {
  const environment = stack.name;
  const namespace =
    (declared?.environment as { target: { namespace: string } } | undefined)?.target.namespace ?? environment;
  const statuses = await pluginStatuses({ kubeconfig, namespace }).catch(unknownStatus);
  heading(`${environment}: ${what}`);
  process.stdout.write(summary({ environment, namespace, statuses, node, plugins: await stack.wiring() }));
}

/** The update has succeeded by then: that its outcome cannot be looked at does not make it fail. */
function unknownStatus(error: unknown): [] {
  const [said = ""] = (error as Error).message.split("\n");
  process.stderr.write(`\nThe cluster does not tell how the plugins fare: ${said}\n`);
  return [];
}
