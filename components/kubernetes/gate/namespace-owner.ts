import { CoreV1Api } from "@kubernetes/client-node";
import { PatchbayError } from "../../../model/index.ts";
import { label } from "../labels.ts";
import { type Connection, kubeConfig } from "./connection.ts";
import { patiently } from "./patience.ts";

/**
 * Refuses a namespace that exists and is not this environment's: the provider would take it over, close its network, and
 * delete it with the environment.
 *
 * @throws PatchbayError `name-taken`
 */
export async function assertNamespaceFree(
  connection: Connection,
  namespace: string,
  environment: string,
): Promise<void> {
  const core = kubeConfig(connection).makeApiClient(CoreV1Api);
  const { items } = await patiently(`Namespace ${namespace}`, () =>
    core.listNamespace({ fieldSelector: `metadata.name=${namespace}` }),
  );
  const [found] = items;
  const owner = found?.metadata?.labels?.[label.environment];
  if (found === undefined || owner === environment) return;
  throw new PatchbayError([
    {
      code: "name-taken",
      file: `Pulumi.${environment}.yaml`,
      path: "patchbay:environment.target.namespace",
      found: `the namespace ${namespace}, which ${owner === undefined ? "exists already" : `is environment ${owner}'s`}`,
      expected: "a namespace of the environment's own: Patchbay creates it, and removes it with the environment",
      remedy: "choose another name",
    },
  ]);
}
