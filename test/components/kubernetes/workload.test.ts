import { describe, expect, test } from "vitest";
import type { PodContext } from "../../../components/kubernetes/pod.ts";
import {
  autoscalerArgs,
  deploymentArgs,
  disruptionArgs,
  serviceAccountArgs,
} from "../../../components/kubernetes/workload.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, ordersSecret, shopContext } from "./context.ts";

function deploymentOf(context: PodContext) {
  const { strategy } = context.plugin.rollout;
  if (strategy.kind !== "rolling") throw new Error(`a Deployment knows no ${strategy.kind}`);
  return deploymentArgs(context, strategy);
}

const selector = {
  matchLabels: { "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "workload" },
};
const container = (changes?: Changes) => at(deploymentOf(shopContext(changes)), "spec.template.spec.containers.0");

describe("the Deployment", () => {
  test("replaces pods as the environment says, within its deadline, and is not waited for by the provider", () => {
    const rollout = { rolling: { maxSurge: 1, maxUnavailable: "10%" }, deadline: "90s" };
    const deployment = deploymentOf(shopContext({ placement: { rollout } }));

    expect(at(deployment, "spec.strategy")).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: "10%" },
    });
    expect(at(deployment, "spec.progressDeadlineSeconds")).toBe(90);
    expect(at(deployment, "metadata.name")).toBe("payment-gateway");
    expect((at(deployment, "metadata.annotations") as Record<string, string>)["pulumi.com/skipAwait"]).toBe("true");
  });

  test("selects its own pods only, never those of its tasks and verification", () => {
    const deployment = deploymentOf(shopContext());

    expect(at(deployment, "spec.selector")).toEqual(selector);
    expect(at(deployment, "spec.template.metadata.labels")).toMatchObject(selector.matchLabels);
  });

  test("has a fixed number of replicas where the environment fixes it", () => {
    expect(at(deploymentOf(shopContext({ placement: { replicas: 3 } })), "spec.replicas")).toBe(3);
  });

  test("has no number beside an autoscaler, to whom the field belongs", () => {
    expect(deploymentOf(shopContext()).spec).not.toHaveProperty("replicas");
  });

  test("rolls its pods when the release changes, whatever it is that changed", () => {
    const digestOf = (changes?: Changes) =>
      at(deploymentOf(shopContext(changes)), "spec.template.metadata.annotations") as Record<string, string>;

    expect(digestOf()["patchbay.dev/digest"]).not.toBe(digestOf({ release: { emits: [] } })["patchbay.dev/digest"]);
  });

  test("mounts bindings where the Service Binding specification says, and can write to /tmp only", () => {
    expect(at(deploymentOf(shopContext()), "spec.template.spec.volumes")).toEqual([
      { name: "tmp", emptyDir: {} },
      { name: "binding-orders", secret: { secretName: ordersSecret } },
    ]);
    expect(at(container(), "volumeMounts")).toEqual([
      { name: "tmp", mountPath: "/tmp" },
      { name: "binding-orders", mountPath: "/bindings/orders", readOnly: true },
    ]);
    expect(at(container(), "securityContext.readOnlyRootFilesystem")).toBe(true);
  });
});

describe("the container", () => {
  test("is the release's image, with the variables that Patchbay sets", () => {
    expect(at(container(), "image")).toBe(`registry.example.com/shop/payment-gateway@sha256:${"a".repeat(64)}`);
    expect(at(container(), "env")).toEqual([
      { name: "PATCHBAY_PLUGIN", value: "payment-gateway" },
      { name: "PATCHBAY_RELEASE", value: "2.4.1" },
      { name: "PATCHBAY_ENVIRONMENT", value: "dev" },
      { name: "SERVICE_BINDING_ROOT", value: "/bindings" },
      { name: "K_SINK", value: "http://broker-ingress.knative-eventing.svc.cluster.local/storefront-dev/default" },
      { name: "PATCHBAY_EMITS", value: "com.example.shop.payment.captured" },
    ]);
  });

  test("takes plain variables of the release, over which the environment's go", () => {
    const env = at(
      container({ release: { env: { LOG: "info", ZONE: "eu" } }, placement: { env: { LOG: "debug" } } }),
      "env",
    );

    expect(env).toEqual(
      expect.arrayContaining([
        { name: "LOG", value: "debug" },
        { name: "ZONE", value: "eu" },
      ]),
    );
  });

  test("has no address for events where it emits none, and no binding root where it is bound to nothing", () => {
    const context = shopContext({ release: { emits: [] } });
    const env = at(deploymentOf({ ...context, projections: [] }), "spec.template.spec.containers.0.env") as {
      name: string;
    }[];

    expect(env.map(({ name }) => name)).toEqual(["PATCHBAY_PLUGIN", "PATCHBAY_RELEASE", "PATCHBAY_ENVIRONMENT"]);
  });

  test("is asked for its health and readiness at the paths that the release says", () => {
    const http = { port: 9000, health: "/live", ready: "/ok" };

    expect(container({ release: { http } })).toMatchObject({
      ports: [{ name: "http", containerPort: 9000 }],
      startupProbe: { httpGet: { path: "/live", port: "http" } },
      livenessProbe: { httpGet: { path: "/live", port: "http" } },
      readinessProbe: { httpGet: { path: "/ok", port: "http" } },
    });
  });

  test("gets what the release asks for, as request and as limit", () => {
    const amount = { cpu: "250m", memory: "256Mi" };

    expect(at(container(), "resources")).toEqual({ requests: amount, limits: amount });
  });
});

describe("Datadog", () => {
  const annotations = (changes: Changes) =>
    at(deploymentOf(shopContext(changes)), "spec.template.metadata.annotations") as Record<string, string>;

  const labels = (changes: Changes) =>
    at(deploymentOf(shopContext(changes)), "spec.template.metadata.labels") as Record<string, string>;

  test("finds the metrics by an annotation of the pod", () => {
    const { "ad.datadoghq.com/plugin.checks": checks = "" } = annotations({
      environment: { monitoring: { datadog: true } },
    });

    expect(JSON.parse(checks)).toEqual({
      openmetrics: {
        instances: [{ openmetrics_endpoint: "http://%%host%%:8080/metrics", namespace: "patchbay", metrics: [".*"] }],
      },
    });
  });

  test("tags all that it collects of the pod by labels", () => {
    expect(labels({ environment: { monitoring: { datadog: true } } })).toMatchObject({
      "tags.datadoghq.com/env": "dev",
      "tags.datadoghq.com/service": "payment-gateway",
      "tags.datadoghq.com/version": "2.4.1",
    });
    expect(Object.keys(labels({})).filter((key) => key.includes("datadog"))).toEqual([]);
  });

  test.each<Changes>([{}, { environment: { monitoring: { datadog: true } }, release: { http: {} } }])(
    "finds none where nobody asked for it, or there are no metrics: %j",
    (changes) => {
      expect(Object.keys(annotations(changes))).toEqual(["patchbay.dev/digest"]);
    },
  );
});

test("the ServiceAccount has no token", () => {
  expect(serviceAccountArgs(shopContext())).toMatchObject({
    metadata: { name: "payment-gateway", namespace: "storefront-dev" },
    automountServiceAccountToken: false,
  });
});

test("a drained node takes one pod at a time, and never waits for one that is broken anyway", () => {
  expect(disruptionArgs(shopContext()).spec).toEqual({
    maxUnavailable: 1,
    selector,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  });
});

describe("the autoscaler", () => {
  test("chooses between the bounds of the release, by CPU", () => {
    expect(autoscalerArgs(shopContext())?.spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "payment-gateway" },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      ],
    });
  });

  test.each([
    { placement: { rollout: { canary: { steps: [{ setWeight: 50 }] } } } },
    { placement: { rollout: { blueGreen: {} } } },
  ])("scales the Rollout where there is one: $placement.rollout", (changes) => {
    expect(at(autoscalerArgs(shopContext(changes)), "spec.scaleTargetRef")).toEqual({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      name: "payment-gateway",
    });
  });

  test.each<Changes>([
    { placement: { replicas: 2 } },
    { release: { scale: undefined } },
    { release: { scale: { min: 3, max: 3 } } },
  ])("does not exist where there is nothing to choose: %j", (changes) => {
    expect(autoscalerArgs(shopContext(changes))).toBeUndefined();
    expect(at(deploymentOf(shopContext(changes)), "spec.replicas")).toBeGreaterThan(1);
  });
});
