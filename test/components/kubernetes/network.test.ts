import { describe, expect, test } from "vitest";
import { emitArgs, ingressArgs, selfArgs } from "../../../components/kubernetes/network.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, shopContext } from "./context.ts";

const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

/** The pods that answer requests: a canary's candidate has to be verified as well. */
const serving = {
  matchLabels: { "patchbay.dev/plugin": "payment-gateway" },
  matchExpressions: [{ key: "patchbay.dev/role", operator: "In", values: ["workload", "candidate"] }],
};
const pods = { matchLabels: { "patchbay.dev/plugin": "payment-gateway" } };

function ingress(changes?: Changes) {
  const { environment, plugin } = shopContext(changes);
  return ingressArgs(environment, plugin);
}

describe("who may call a plugin", () => {
  test("is its gateway, the broker of its triggers, and its own tasks and verification, at its port", () => {
    expect(ingress()).toEqual({
      metadata: {
        name: "payment-gateway-ingress",
        namespace: "storefront-dev",
        labels: { "app.kubernetes.io/managed-by": "patchbay", "patchbay.dev/plugin": "payment-gateway" },
      },
      spec: {
        podSelector: serving,
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [namespace("edge"), namespace("knative-eventing"), { podSelector: pods }],
            ports: [{ protocol: "TCP", port: 8080 }],
          },
        ],
      },
    });
  });

  test.each([
    { monitoring: { prometheus: true }, allowed: true },
    { monitoring: { datadog: true }, allowed: true },
    { monitoring: {}, allowed: false },
  ])("is Prometheus or Datadog only where the environment watches: $monitoring", ({ monitoring, allowed }) => {
    const from = at(ingress({ environment: { monitoring } }), "spec.ingress.0.from") as unknown[];

    expect(from.some((peer) => JSON.stringify(peer) === JSON.stringify(namespace("monitoring")))).toBe(allowed);
  });

  test("is not Prometheus where the plugin has no metrics, nor the broker where it has no triggers", () => {
    const changes = {
      release: { http: { port: 9000 }, triggers: [] },
      environment: { monitoring: { prometheus: true } },
    };

    expect(at(ingress(changes), "spec.ingress")).toEqual([
      {
        from: [namespace("edge"), { podSelector: pods }],
        ports: [{ protocol: "TCP", port: 9000 }],
      },
    ]);
  });

  test("is the host's pods where it says in which namespace they are; each namespace once", () => {
    const host = {
      name: "storefront",
      version: "3.4.1",
      namespace: "edge",
      gateway: { name: "storefront", namespace: "edge" },
    };
    const from = at(ingress({ environment: { host }, release: { triggers: [] } }), "spec.ingress.0.from");

    expect(from).toEqual([namespace("edge"), { podSelector: pods }]);
  });
});

describe("whom a plugin may call besides its bindings", () => {
  test("is the plugin itself, for its verification and later tasks", () => {
    const { environment, plugin } = shopContext();

    expect(selfArgs(environment, plugin).spec).toEqual({
      podSelector: pods,
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: serving }], ports: [{ protocol: "TCP", port: 8080 }] }],
    });
  });

  test("is the broker where it emits events", () => {
    const { environment, plugin } = shopContext();
    const policy = emitArgs(environment, plugin);

    expect(policy?.metadata).toMatchObject({ name: "payment-gateway-emit", namespace: "storefront-dev" });
    expect(policy?.spec).toEqual({
      podSelector: pods,
      policyTypes: ["Egress"],
      egress: [{ to: [namespace("knative-eventing")] }],
    });
  });

  test("is no broker where it emits none", () => {
    const { environment, plugin } = shopContext({ release: { emits: [] } });

    expect(emitArgs(environment, plugin)).toBeUndefined();
  });
});
