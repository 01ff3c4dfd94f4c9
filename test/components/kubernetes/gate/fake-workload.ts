/** A workload `payments` in namespace `shop` of a {@link FakeApi}, whose state a test turns step by step. */
import { type Awaited, waitForRollout } from "../../../../components/kubernetes/gate/wait.ts";
import type { WorkloadKind } from "../../../../components/kubernetes/gate/workload.ts";
import type { PatchbayError } from "../../../../model/index.ts";
import { type Asked, FakeApi } from "./fake-api.ts";

type Data = Readonly<Record<string, unknown>>;

export const paths = {
  rollout: "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/payments",
  rolloutStatus: "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/payments/status",
  deployment: "/apis/apps/v1/namespaces/shop/deployments/payments",
  pods: "/api/v1/namespaces/shop/pods",
  secrets: "/api/v1/namespaces/shop/secrets",
  events: "/api/v1/namespaces/shop/events",
  service: "/api/v1/namespaces/shop/services/payments",
  experiments: "/apis/argoproj.io/v1alpha1/namespaces/shop/experiments",
  analysisRuns: "/apis/argoproj.io/v1alpha1/namespaces/shop/analysisruns",
} as const;

/** What tells the pods of this change from others. */
const hash = "5f7c";
const podHash = { Deployment: "pod-template-hash", Rollout: "rollouts-pod-template-hash" } as const;
const revision = { Deployment: "deployment.kubernetes.io/revision", Rollout: "rollout.argoproj.io/revision" } as const;

export class FakeWorkload implements AsyncDisposable {
  readonly api: FakeApi;
  readonly kind: WorkloadKind;
  status: Data = {};
  pods: readonly Data[] = [];
  /** Values of the plugin's one binding Secret. */
  credentials: Readonly<Record<string, string>> = {};
  /** What every container has logged. */
  log = "";
  /** What was reported, in order. */
  readonly reports: string[] = [];

  private constructor(api: FakeApi, kind: WorkloadKind) {
    this.api = api;
    this.kind = kind;
    const list = (items: () => readonly unknown[]) => () => ({ items: items() });
    api
      .on("GET", kind === "Rollout" ? paths.rollout : paths.deployment, () => this.#object())
      .on(
        "GET",
        "/apis/apps/v1/namespaces/shop/replicasets",
        list(() => [this.#replicaSet()]),
      )
      .on(
        "GET",
        paths.pods,
        list(() => this.pods),
      )
      .on(
        "GET",
        paths.secrets,
        list(() => [this.#secret()]),
      )
      .on(
        "GET",
        paths.events,
        list(() => []),
      )
      .on(
        "GET",
        paths.analysisRuns,
        list(() => []),
      )
      .on("PATCH", paths.rolloutStatus, () => this.#object());
  }

  static async start(kind: WorkloadKind): Promise<FakeWorkload> {
    return new FakeWorkload(await FakeApi.start(), kind);
  }

  /** Adds a pod of this change, that answers log requests and can be deleted. */
  addPod(
    name: string,
    status: Data,
    labels: Data = { [podHash[this.kind]]: hash, "patchbay.dev/role": "workload" },
  ): void {
    const at = `${paths.pods}/${name}`;
    this.pods = [...this.pods, { metadata: { name, namespace: "shop", labels }, status }];
    this.api
      .on("GET", `${at}/log`, () => this.log)
      .on("DELETE", at, () => {
        this.pods = this.pods.filter(({ metadata }) => (metadata as { name: string }).name !== name);
        return {};
      });
  }

  /** Waits for generation 4. Each line that is reported, less the plugin's name, turns the state as `script` says. */
  async wait(script: Readonly<Record<string, () => void>> = {}, awaited: Partial<Awaited> = {}): Promise<void> {
    const { kind } = this;
    const full = { namespace: "shop", name: "payments", kind, generation: 4, restartLimit: 1, ...awaited };
    await waitForRollout(this.api.connection, full, (line) => {
      const said = line.replace(/^payments: /, "");
      this.reports.push(said);
      script[said]?.();
      this.api.announce();
    });
  }

  /** The error that a wait ends with. */
  async failure(script: Readonly<Record<string, () => void>> = {}): Promise<PatchbayError["problems"][number]> {
    const error: unknown = await this.wait(script).then(
      () => new Error("the rollout succeeded"),
      (thrown: unknown) => thrown,
    );
    const [problem] = (error as Partial<PatchbayError>).problems ?? [];
    if (problem === undefined) throw error;
    return problem;
  }

  /** What the Rollout's abort was set to, in order. */
  get aborts(): unknown[] {
    return this.api.asked.filter(({ method, path }) => method === "PATCH" && path === paths.rolloutStatus).map(abortOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
  }

  #object(): Data {
    return {
      metadata: { name: "payments", namespace: "shop", uid: "w-1", annotations: { [revision[this.kind]]: "2" } },
      spec: {
        replicas: 2,
        progressDeadlineSeconds: 90,
        selector: { matchLabels: { "patchbay.dev/plugin": "payments" } },
        template: { spec: { containers: [], volumes: [{ name: "orders", secret: { secretName: "orders-1" } }] } },
      },
      status: this.status,
    };
  }

  #replicaSet(): Data {
    return {
      metadata: {
        name: `payments-${hash}`,
        uid: "s-1",
        labels: { [podHash[this.kind]]: hash },
        annotations: { [revision[this.kind]]: "2" },
        ownerReferences: [{ uid: "w-1" }],
      },
      spec: { template: { spec: { volumes: [] } } },
    };
  }

  #secret(): Data {
    const data = Object.entries(this.credentials).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
    return { metadata: { name: "orders-1", ownerReferences: [{ uid: "s-1" }] }, data: Object.fromEntries(data) };
  }
}

function abortOf({ body }: Asked): unknown {
  return (body as { status: { abort: unknown } }).status.abort;
}

/** A pod's status: its one container waits for something. */
export function stuck(reason: string, message = "", restartCount = 1): Data {
  const lastState = { terminated: { exitCode: 1, reason: "Error" } };
  return {
    containerStatuses: [
      { name: "plugin", ready: false, restartCount, lastState, state: { waiting: { reason, message } } },
    ],
    conditions: [{ type: "Ready", status: "False" }],
  };
}

export const healthy = {
  Deployment: { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  Rollout: {
    observedGeneration: "4",
    phase: "Healthy",
    currentPodHash: hash,
    stableRS: hash,
    updatedReplicas: 2,
    availableReplicas: 2,
  },
} as const;

/** A canary on its way from a good release. */
export const midway = { ...healthy.Rollout, phase: "Progressing", stableRS: "01d0", updatedReplicas: 1 } as const;
