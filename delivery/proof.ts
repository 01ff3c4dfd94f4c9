import type { CoreV1Api } from "@kubernetes/client-node";

/** What a verification saw of each binding that it proved: `answers 200 in 21 ms`, by the binding's name. */
export type Proof = Readonly<Record<string, string>>;

/** The verifier's report (docs/reference/verifier.md): `ok    binding orders (postgresql orders-db:5432)  answers in 19 ms`. */
const provenBinding = /^ok +binding (\S+) \([^)]*\) {2}(.+)$/gm;

export function proofIn(report: string): Proof {
  return Object.fromEntries([...report.matchAll(provenBinding)].map(([, name = "", detail = ""]) => [name, detail]));
}

/** What the report of a verification's Job says; nothing where there is none, as on simulated nodes, or another verifier's. */
export async function readProof(core: CoreV1Api, job: string, namespace: string): Promise<Proof> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `batch.kubernetes.io/job-name=${job}` });
  const name = items.find(({ status }) => status?.phase === "Succeeded")?.metadata?.name;
  if (name === undefined) return {};
  return core.readNamespacedPodLog({ name, namespace }).then(proofIn, () => ({}));
}
