import { describe, expect, test } from "vitest";
import type { PodRole } from "../../../components/kubernetes/labels.ts";
import { serviceMonitorArgs } from "../../../components/kubernetes/monitoring/scrape.ts";
import { podLabels } from "../../../components/kubernetes/pod.ts";
import { newReleaseServiceArgs, serviceArgs } from "../../../components/kubernetes/services.ts";
import { workloadTemplate } from "../../../components/kubernetes/workload.ts";
import { at } from "../../support/mock-world.ts";
import { shopContext } from "./context.ts";

const context = shopContext();
const own = serviceArgs(context);
const candidate = newReleaseServiceArgs(context, "candidate");
const canary = newReleaseServiceArgs(context, "canary");
const preview = newReleaseServiceArgs(context, "preview");

type Labels = Readonly<Record<string, string>>;

/** Whether equality-based selectors of Kubernetes pick what has these labels. */
function picks(selector: unknown, labels: Labels): boolean {
  return Object.entries(selector as Labels).every(([key, value]) => labels[key] === value);
}

test("the plugin's own Service sends port 80 to the workload's pods, and leaves endpoints to the rollout", () => {
  expect(own).toMatchObject({
    metadata: { name: "payment-gateway", annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      selector: { "patchbay.dev/plugin": "payment-gateway", "patchbay.dev/role": "workload" },
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    },
  });
});

test.each([
  ["payment-gateway--candidate", candidate],
  ["payment-gateway--canary", canary],
  ["payment-gateway--preview", preview],
])("the Service %s is reached like the plugin's own, by a name that no plugin can have", (name, service) => {
  expect(at(service, "metadata.name")).toBe(name);
  expect(at(service, "spec.ports")).toEqual(at(own, "spec.ports"));
  expect(at(service, "metadata.annotations")).toEqual({ "pulumi.com/skipAwait": "true" });
});

describe("pods", () => {
  const services = { own, candidate, canary, preview };
  const reachedBy = (labels: Labels) =>
    Object.entries(services)
      .filter(([, service]) => picks(at(service, "spec.selector"), labels))
      .map(([name]) => name);

  test.each<[PodRole, string[]]>([
    ["workload", ["own", "canary", "preview"]],
    ["candidate", ["candidate"]],
    ["task", []],
    ["verification", []],
  ])("of role %s are reached by no Service but %j", (role, reached) => {
    expect(reachedBy(podLabels("payment-gateway", role))).toEqual(reached);
  });

  test("of the workload are reached with all the labels that they have, and those of a candidate made of them", () => {
    const labels = at(workloadTemplate(context), "metadata.labels") as Labels;

    expect(reachedBy(labels)).toEqual(["own", "canary", "preview"]);
    expect(reachedBy({ ...labels, "patchbay.dev/role": "candidate" })).toEqual(["candidate"]);
  });

  test("of another plugin are reached by none", () => {
    expect(reachedBy(podLabels("payment-gateway-eu", "workload"))).toEqual([]);
  });
});

test("Prometheus finds the plugin's own Service alone: the others would count the same pods again", () => {
  const { environment, plugin } = context;
  const selector = at(serviceMonitorArgs(environment, plugin), "spec.selector.matchLabels");
  const labelsOf = (service: unknown) => at(service, "metadata.labels") as Labels;

  expect(picks(selector, labelsOf(own))).toBe(true);
  for (const service of [candidate, canary, preview]) expect(picks(selector, labelsOf(service))).toBe(false);
});
