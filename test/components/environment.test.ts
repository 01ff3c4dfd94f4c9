import { describe, expect, test } from "vitest";
import { Environment } from "../../components/index.ts";
import { shopEnvironment, shopModel } from "../support/documents.ts";
import { at, concealed, mockWorld, openGate } from "../support/mock-world.ts";

const kubeconfig = "apiVersion: v1\nusers: [{ user: { token: t0ken } }]";

function shop(changes: Record<string, unknown> = {}) {
  return shopModel({ environment: shopEnvironment(changes), plugins: {}, credentials: {} }).environment;
}

function made(changes: Record<string, unknown> = {}, args: { kubeconfig?: string } = {}) {
  return new Environment("dev", { environment: shop(changes), gate: openGate, ...args });
}

describe("an environment on Kubernetes", () => {
  test("is a closed namespace with a quota, a registry, a broker, and a provider of its own", async () => {
    const world = await mockWorld();
    const environment = made();

    expect(await world.createdTypes(environment)).toEqual([
      "kubernetes:core/v1:ConfigMap dev-registry",
      "kubernetes:core/v1:Namespace dev-namespace",
      "kubernetes:core/v1:ResourceQuota dev-quota",
      "kubernetes:eventing.knative.dev/v1:Broker dev-broker",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy dev-deny",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy dev-dns",
      "pulumi:providers:kubernetes dev-provider",
    ]);
    expect(environment).toMatchObject({ name: "dev", stage: "development" });
  });

  test("has a dashboard where Prometheus watches it", async () => {
    const world = await mockWorld();
    const environment = made({ monitoring: { prometheus: true } });

    expect(await world.createdTypes(environment)).toContain("kubernetes:core/v1:ConfigMap dev-dashboard");
  });

  test("has no broker where it has no events", async () => {
    const world = await mockWorld();
    made({ events: undefined });

    expect((await world.createdTypes()).filter((type) => type.includes("Broker"))).toEqual([]);
  });

  test("makes everything with its provider, inside its namespace", async () => {
    const world = await mockWorld();
    made();
    const namespace = await world.created("kubernetes:core/v1:Namespace", "dev-namespace");
    const provider = await world.created("pulumi:providers:kubernetes", "dev-provider");
    const objects = (await world.registered()).filter(({ type }) => type.startsWith("kubernetes:"));

    expect(objects).toHaveLength(6);
    for (const object of objects) {
      expect(object.provider, object.name).toBe(`${provider.urn}::dev-provider-id`);
      if (object === namespace) continue;
      expect(at(object.inputs, "metadata.namespace"), object.name).toBe("storefront-dev");
      expect(object.dependencies, object.name).toContain(namespace.urn);
    }
  });
});

describe("its namespace", () => {
  test("takes only pods of Pod Security Standard restricted", async () => {
    const world = await mockWorld();
    const environment = made({ stage: "testing" });
    const namespace = await world.created("kubernetes:core/v1:Namespace", environment);

    expect(namespace.inputs.metadata).toEqual({
      name: "storefront-dev",
      labels: {
        "app.kubernetes.io/managed-by": "patchbay",
        "patchbay.dev/environment": "dev",
        "patchbay.dev/stage": "testing",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
  });

  test("lets nothing in or out but questions about names", async () => {
    const world = await mockWorld();
    made();
    const deny = await world.created("kubernetes:networking.k8s.io/v1:NetworkPolicy", "dev-deny");
    const dns = await world.created("kubernetes:networking.k8s.io/v1:NetworkPolicy", "dev-dns");

    expect(deny.inputs.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(dns.inputs.spec).toEqual({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    });
  });

  test("limits what all pods may ask for together", async () => {
    const world = await mockWorld();
    made({ quota: { cpu: "8", memory: "32Gi", pods: 40 } });
    const quota = await world.created("kubernetes:core/v1:ResourceQuota", "dev-quota");

    expect(quota.inputs.spec).toEqual({ hard: { "requests.cpu": "8", "requests.memory": "32Gi", pods: "40" } });
  });
});

describe("its provider", () => {
  test("knows the cluster by the environment's name, so that a changed address replaces nothing", async () => {
    const world = await mockWorld();
    made();
    const provider = await world.created("pulumi:providers:kubernetes", "dev-provider");

    expect(provider.inputs).toEqual({ clusterIdentifier: "dev", enableConfigMapMutable: "true" });
  });

  test("takes the cluster's name and the context that the target says", async () => {
    const world = await mockWorld();
    made({ target: { kind: "kubernetes", namespace: "shop", context: "eu", cluster: "eu-1" } });
    const provider = await world.created("pulumi:providers:kubernetes", "dev-provider");

    expect(provider.inputs).toMatchObject({ clusterIdentifier: "eu-1", context: "eu" });
  });

  test("keeps a kubeconfig secret", async () => {
    const world = await mockWorld();
    made({}, { kubeconfig });
    const provider = await world.created("pulumi:providers:kubernetes", "dev-provider");

    expect(provider.inputs.kubeconfig).toBe(kubeconfig);
    expect(provider.visibleInputs.kubeconfig).toBe(concealed);
    expect(await world.stateOf()).not.toContain("t0ken");
  });
});

test("the registry is empty at first, and names the host that reads it", async () => {
  const world = await mockWorld();
  made();
  const registry = await world.created("kubernetes:core/v1:ConfigMap", "dev-registry");

  expect(registry.inputs).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "patchbay-registry",
      namespace: "storefront-dev",
      labels: { "app.kubernetes.io/managed-by": "patchbay", "patchbay.dev/registry": "storefront" },
    },
  });
});

test("the broker hands events that no try could deliver to the dead letter", async () => {
  const world = await mockWorld();
  made({ events: { broker: "shop", class: "Kafka", deadLetter: { service: "undelivered", namespace: "ops" } } });
  const broker = await world.created("kubernetes:eventing.knative.dev/v1:Broker", "dev-broker");

  expect(at(broker.inputs, "metadata.name")).toBe("shop");
  expect(at(broker.inputs, "metadata.annotations")).toEqual({ "eventing.knative.dev/broker.class": "Kafka" });
  expect(broker.inputs.spec).toEqual({
    delivery: { deadLetterSink: { ref: { apiVersion: "v1", kind: "Service", name: "undelivered", namespace: "ops" } } },
  });
});
