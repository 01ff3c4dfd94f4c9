import { AppsV1Api, CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { PatchbayError } from "../../../model/index.ts";
import { label, servingRoles } from "../labels.ts";
import { judgeRollout } from "./argo-rollout.ts";
import { Changes } from "./changes.ts";
import { type Connection, kubeConfig } from "./connection.ts";
import { deadlineExceeded, judgeDeployment } from "./deployment.ts";
import { evidenceOf } from "./evidence.ts";
import { failedAnalyses } from "./failed-analyses.ts";
import { takeOver } from "./handover.ts";
import { failed, type Judgement } from "./judgement.ts";
import { patiently } from "./patience.ts";
import { certainTrouble, isReady, podTroubles } from "./pods.ts";
import { dropUnusedSecrets, releaseSecrets, tieSecrets } from "./secret-lifetime.ts";
import {
  currentHash,
  type DeploymentObject,
  type Named,
  type RolloutObject,
  readRollout,
  setAbort,
  traits,
  type WorkloadKind,
  type WorkloadObject,
} from "./workload.ts";

export interface Awaited extends Named {
  readonly kind: WorkloadKind;
  /** `metadata.generation` of the change to wait for. */
  readonly generation: number;
  /** Restarts of a container after which a crash loop counts as a failure. */
  readonly restartLimit: number;
}

/**
 * Waits until a workload has rolled out a generation, or has failed to for certain: its own deadline
 * (`progressDeadlineSeconds`), a crash loop, an image that cannot be pulled, a failed analysis. On the way it looks after the
 * binding Secrets. What an earlier update left failed gets another try.
 *
 * @param report Takes a line whenever the state has changed.
 * @throws PatchbayError `rollout-failed`, with what the pods, their events and their logs say.
 */
export async function waitForRollout(
  connection: Connection,
  awaited: Awaited,
  report: (line: string) => void,
): Promise<void> {
  const rollout = new RolloutWait(kubeConfig(connection), awaited, report);
  await rollout.end();
}

interface Look {
  readonly workload: WorkloadObject;
  readonly judgement: Judgement;
  /** Pods of this change; none before the controller has seen it. */
  readonly pods: readonly V1Pod[];
  readonly observed: boolean;
}

class RolloutWait {
  readonly #config: KubeConfig;
  readonly #apps: AppsV1Api;
  readonly #core: CoreV1Api;
  readonly #awaited: Awaited;
  readonly #report: (line: string) => void;
  /** Whether the controller has seen the change, so that what an earlier try left could be told from this one. */
  #begun = false;
  /** What the controller said of the deadline before this wait began: it says nothing of this try. */
  #staleDeadline: { readonly said: string; readonly giveUpAt: number } | undefined;

  constructor(config: KubeConfig, awaited: Awaited, report: (line: string) => void) {
    this.#config = config;
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#awaited = awaited;
    this.#report = report;
  }

  async end(): Promise<void> {
    const { namespace, name, kind } = this.#awaited;
    const { apiVersion, plural } = traits[kind];
    const changes = new Changes(this.#config, [
      {
        path: `/apis/${apiVersion}/namespaces/${namespace}/${plural}`,
        query: { fieldSelector: `metadata.name=${name}` },
      },
      { path: `/api/v1/namespaces/${namespace}/pods`, query: { labelSelector: `${label.plugin}=${name}` } },
    ]);
    try {
      await this.#untilComplete(changes);
    } finally {
      changes.close();
    }
  }

  async #untilComplete(changes: Changes): Promise<void> {
    let last = "";
    let look: Look;
    for (;;) {
      look = await this.#patiently(() => this.#look());
      if (look.observed && !this.#begun) {
        this.#begun = true;
        const first = look;
        if (await this.#patiently(() => this.#tryAnew(first))) continue;
      }
      const { judgement } = look;
      if (judgement.phase === "complete") break;
      if (judgement.phase === "failed") throw await this.#failure(look, judgement.detail);
      if (judgement.detail !== last) this.#report(`${this.#awaited.name}: ${judgement.detail}`);
      last = judgement.detail;
      await changes.next();
    }
    const complete = look;
    await this.#patiently(() => this.#complete(complete));
  }

  async #look(): Promise<Look> {
    const { workload, judged } = await this.#judged();
    const observed = observedGeneration(workload) >= this.#awaited.generation;
    const pods = observed ? await this.#podsOfThisChange(workload) : [];
    const trouble = pods.flatMap((pod) => certainTrouble(pod, this.#awaited.restartLimit) ?? [])[0];
    const judgement =
      trouble !== undefined && judged.phase === "progressing"
        ? failed(`pod ${trouble.pod}, container ${trouble.container}: ${trouble.detail}`)
        : judged;
    return { workload, judgement, pods, observed };
  }

  async #judged(): Promise<{ workload: WorkloadObject; judged: Judgement }> {
    const { kind, generation } = this.#awaited;
    if (kind === "Rollout") {
      const workload = await readRollout(this.#config, this.#awaited);
      return { workload, judged: judgeRollout(workload, generation) };
    }
    const workload = (await this.#apps.readNamespacedDeployment(this.#awaited)) as DeploymentObject;
    return { workload, judged: this.#judgeDeployment(workload) };
  }

  /** As the controller judges it, but for a deadline that ended before this try began. */
  #judgeDeployment(deployment: DeploymentObject): Judgement {
    const { generation } = this.#awaited;
    const stale = this.#staleDeadline;
    if (stale === undefined || deadlineExceeded(deployment) !== stale.said || Date.now() > stale.giveUpAt)
      return judgeDeployment(deployment, generation);
    const conditions = deployment.status?.conditions?.filter(({ type }) => type !== "Progressing") ?? [];
    return judgeDeployment({ ...deployment, status: { ...deployment.status, conditions } }, generation);
  }

  /** Pods of this change: by its hash, and a canary's candidate, which has one of its own. */
  async #podsOfThisChange(workload: WorkloadObject): Promise<V1Pod[]> {
    const { namespace, name, kind } = this.#awaited;
    const hash = await currentHash(this.#apps, kind, workload);
    const labelSelector = `${label.plugin}=${name},${label.role} in (${servingRoles.join(",")})`;
    const { items } = await this.#core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(
      ({ metadata }) =>
        metadata?.deletionTimestamp === undefined &&
        (metadata?.labels?.[traits[kind].podHash] === hash || metadata?.labels?.[label.role] === "candidate"),
    );
  }

  /** Gives what an earlier update left failed another try; whether there was something. */
  async #tryAnew({ workload, judgement, pods }: Look): Promise<boolean> {
    const { kind, namespace, name } = this.#awaited;
    await tieSecrets(this.#apps, this.#core, kind, workload);
    if (judgement.phase !== "failed") return false;
    this.#report(`${name}: an earlier try failed (${judgement.detail}); trying again`);
    if (kind === "Rollout" && (workload as RolloutObject).status?.abort === true)
      await setAbort(this.#config, this.#awaited, false);
    const said = kind === "Deployment" ? deadlineExceeded(workload) : undefined;
    const deadlineSeconds = workload.spec?.progressDeadlineSeconds ?? 600;
    if (said !== undefined) this.#staleDeadline = { said, giveUpAt: Date.now() + deadlineSeconds * 1000 };
    const stuck = pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata?.name ?? "");
    await Promise.all(stuck.map((pod) => this.#core.deleteNamespacedPod({ namespace, name: pod })));
    return true;
  }

  async #complete({ workload }: Look): Promise<void> {
    const { kind, namespace, name } = this.#awaited;
    if (kind === "Deployment") await takeOver(this.#config, { namespace, name });
    await releaseSecrets(this.#core, workload);
    await dropUnusedSecrets(this.#apps, this.#core, workload);
  }

  /** The failure with its evidence. Before a Rollout is aborted, since that takes the failing pods away. */
  async #failure({ workload, pods }: Look, detail: string): Promise<PatchbayError> {
    const { namespace, name, kind } = this.#awaited;
    const [evidence, analyses] = await Promise.all([
      evidenceOf(this.#core, name, pods),
      kind === "Rollout" ? failedAnalyses(this.#config, this.#core, workload) : [],
    ]);
    const aborted = kind === "Rollout" && (await this.#abort(workload));
    return new PatchbayError([
      {
        code: "rollout-failed",
        file: subject(this.#awaited),
        path: "",
        found: [...new Set([detail, ...podTroubles(pods)])].join("; "),
        expected: "every pod of the new release ready, and every analysis passed",
        remedy: `mend the release or its bindings, or go back to the one before, and run pulumi up${aborted ? "; the release before still has all the traffic" : ""}; kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name} shows more`,
        details: [...analyses, ...evidence],
      },
    ]);
  }

  /** Leaves a Rollout aborted on the good release, if there is one; whether it is. */
  async #abort({ status }: RolloutObject): Promise<boolean> {
    if (status?.stableRS === undefined || status.stableRS === "" || status.stableRS === status.currentPodHash)
      return false;
    if (status.abort !== true) await this.#patiently(() => setAbort(this.#config, this.#awaited, true));
    return true;
  }

  #patiently<T>(step: () => Promise<T>): Promise<T> {
    return patiently(subject(this.#awaited), step);
  }
}

function observedGeneration(workload: WorkloadObject): number {
  const { status } = workload as { readonly status?: { readonly observedGeneration?: number | string } };
  return Number(status?.observedGeneration ?? 0);
}

function subject({ kind, namespace, name }: Awaited): string {
  return `${kind} ${namespace}/${name}`;
}
