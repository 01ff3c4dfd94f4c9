import { describe, expect, test } from "vitest";
import { brokerAddress, triggerArgs, triggerName } from "../../../components/kubernetes/events.ts";
import { registryEntry, registryPatch, routeArgs } from "../../../components/kubernetes/host.ts";
import { pluginLabels } from "../../../components/kubernetes/labels.ts";
import type { Trigger } from "../../../model/index.ts";
import { type Changes, shopContext } from "./context.ts";

function route(changes?: Changes) {
  const { environment, plugin } = shopContext(changes);
  return routeArgs(environment, plugin);
}

describe("routes", () => {
  test("attach to the host's gateway, and lead to the plugin's Service", () => {
    expect(route()).toEqual({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: {
        name: "payment-gateway",
        namespace: "storefront-dev",
        labels: { "app.kubernetes.io/managed-by": "patchbay", "patchbay.dev/plugin": "payment-gateway" },
      },
      spec: {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "storefront", namespace: "edge" }],
        hostnames: ["shop.example.com"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/payments" } }],
            backendRefs: [{ group: "", kind: "Service", name: "payment-gateway", port: 80, weight: 1 }],
          },
        ],
      },
    });
  });

  test("are one rule, however many they are: Gateway API takes 16 rules, and 64 matches in each", () => {
    const routes = Array.from({ length: 64 }, (_, index) => ({ path: `/p${String(index)}` }));
    const spec = route({ release: { routes } })?.spec as { rules: { matches: unknown[] }[] };

    expect(spec.rules).toHaveLength(1);
    expect(spec.rules[0]?.matches).toHaveLength(64);
  });

  test("keep to a listener, and accept every host name, where the gateway is so", () => {
    const gateway = { name: "web", namespace: "edge", listener: "https" };
    const host = { name: "storefront", version: "3.4.1", gateway };
    const spec = route({ environment: { host } })?.spec;

    expect(spec?.parentRefs).toEqual([expect.objectContaining({ name: "web", sectionName: "https" })]);
    expect(spec).not.toHaveProperty("hostnames");
  });

  test("do not exist for a plugin without any", () => {
    expect(route({ release: { routes: [] } })).toBeUndefined();
  });
});

describe("the registry", () => {
  test("tells the host of each plugin's version, address, routes and events", () => {
    const triggers = ["/a", "/b"].map((path) => ({ event: "com.example.shop.order.created", path }));
    const { environment, plugin } = shopContext({ release: { triggers } });

    expect(registryEntry(environment, plugin)).toEqual({
      plugin: "payment-gateway",
      version: "2.4.1",
      digest: plugin.digest,
      url: "http://payment-gateway.storefront-dev.svc.cluster.local",
      routes: ["/payments"],
      handles: ["com.example.shop.order.created"],
      emits: ["com.example.shop.payment.captured"],
    });
  });

  test("gets one key from each plugin, and loses no other's", () => {
    const { environment, plugin } = shopContext();

    expect(registryPatch(environment, plugin)).toEqual({
      metadata: { name: "patchbay-registry", namespace: "storefront-dev" },
      data: { "payment-gateway.json": JSON.stringify(registryEntry(environment, plugin)) },
    });
  });
});

describe("a trigger", () => {
  const context = (trigger: object = {}, events: object = { broker: "default" }) => {
    const triggers = [{ event: "com.example.shop.order.created", path: "/charges", retries: 3, ...trigger }];
    const { environment, plugin } = shopContext({ release: { triggers }, environment: { events } });
    return { environment, plugin, trigger: plugin.release.triggers[0] as Trigger };
  };
  const made = (...args: Parameters<typeof context>) => {
    const { environment, plugin, trigger } = context(...args);
    return triggerArgs(environment, plugin, trigger);
  };

  test("brings events of its type to a path of the plugin, again and again, and then to the dead letter", () => {
    expect(made({}, { broker: "shop", deadLetter: { service: "undelivered" } })).toMatchObject({
      apiVersion: "eventing.knative.dev/v1",
      kind: "Trigger",
      metadata: { namespace: "storefront-dev" },
      spec: {
        broker: "shop",
        filter: { attributes: { type: "com.example.shop.order.created" } },
        subscriber: {
          ref: { apiVersion: "v1", kind: "Service", name: "payment-gateway", namespace: "storefront-dev" },
          uri: "/charges",
        },
        delivery: {
          retry: 3,
          backoffPolicy: "exponential",
          backoffDelay: "PT1S",
          deadLetterSink: {
            ref: { apiVersion: "v1", kind: "Service", name: "undelivered", namespace: "storefront-dev" },
          },
        },
      },
    });
  });

  test("has no dead letter where the environment has none", () => {
    expect(made().spec.delivery).not.toHaveProperty("deadLetterSink");
  });

  test("asks for further attributes, but never for another type", () => {
    expect(made({ filter: { source: "/shops/eu" } }).spec.filter).toEqual({
      attributes: { source: "/shops/eu", type: "com.example.shop.order.created" },
    });
  });

  test("keeps its name while retries change, and has another for another event, path or filter", () => {
    const name = (trigger: object = {}) => triggerName("payment-gateway", context(trigger).trigger);
    const others = [{ event: "com.example.shop.order.paid" }, { path: "/refunds" }, { filter: { source: "/a" } }];

    expect(name({ retries: 9 })).toBe(name());
    expect(new Set([name(), ...others.map(name)]).size).toBe(4);
    expect(name()).toMatch(/^payment-gateway-[0-9a-f]{8}$/);
  });
});

test("the broker's address is that of its ingress, by namespace and broker; there is none without events", () => {
  const { environment } = shopContext();

  expect(brokerAddress(environment)).toBe(
    "http://broker-ingress.knative-eventing.svc.cluster.local/storefront-dev/default",
  );
  expect(brokerAddress({ target: environment.target })).toBeUndefined();
});

test("a version with build metadata becomes a label that Kubernetes accepts", () => {
  const { plugin } = shopContext();

  expect(pluginLabels({ ...plugin, version: "2.4.1+build.7" })).toMatchObject({
    "app.kubernetes.io/name": "payment-gateway",
    "app.kubernetes.io/part-of": "storefront",
    "app.kubernetes.io/version": "2.4.1_build.7",
  });
});
