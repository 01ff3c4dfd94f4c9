import { describe, expect, test } from "vitest";
import {
  defaultVerifier,
  servicesArgs,
  verificationArgs,
  verificationPlan,
  verificationSpec,
  verifiedUrl,
} from "../../../components/kubernetes/verification.ts";
import { anyDigest, type Data } from "../../support/documents.ts";
import { at } from "../../support/mock-world.ts";
import { type Changes, shopContext } from "./context.ts";

const template = "spec.template.spec";
const own = "http://payment-gateway.storefront-dev.svc.cluster.local";
const canary = { canary: { steps: [{ setWeight: 50 }] } };

function verification(changes?: Changes, generation = "3") {
  return verificationArgs(shopContext(changes), generation);
}

type Variables = readonly { readonly name: string; readonly value: string }[];

function variable(container: unknown, name: string): string | undefined {
  return (at(container, "env") as Variables).find((one) => one.name === name)?.value;
}

describe("what is to be proven", () => {
  const checksOf = (...verify: Data[]) => verificationPlan(shopContext({ release: { verify } }), own).checks.slice(1);

  test("is readiness in any case, the release's checks, and every binding", () => {
    const context = shopContext({
      release: { verify: [{ get: "/charges/ping", expect: 204, timeout: "1500ms" }], http: { ready: "/ok" } },
    });

    expect(verificationPlan(context, own)).toEqual({
      plugin: "payment-gateway",
      version: "2.4.1",
      url: own,
      checks: [
        { path: "/ok", status: 200, timeoutSeconds: 5 },
        { path: "/charges/ping", status: 204, timeoutSeconds: 1.5 },
      ],
      bindings: ["fraud", "inventory", "orders", "tax-calculator"],
      waitSeconds: 60,
    });
  });

  test.each<[Data, object]>([
    [{ get: "/a" }, { path: "/a", status: 200, timeoutSeconds: 5 }],
    [{ get: "/a", body: { contains: "ok" } }, { body: { contains: "ok" } }],
    [{ get: "/a", body: { matches: "^v2\\." } }, { body: { matches: "^v2\\." } }],
    [{ get: "/a", latency: "250ms" }, { latencySeconds: 0.25 }],
  ])("is what a check says: %j", (check, planned) => {
    expect(checksOf(check)).toEqual([{ path: "/a", status: 200, timeoutSeconds: 5, ...planned }]);
  });

  test("is no request where a suite proves it", () => {
    expect(checksOf({ suite: { args: ["smoke"] } })).toEqual([]);
  });

  test("names bindings, and none of their values", () => {
    expect(Object.keys(verificationPlan(shopContext(), own)).sort()).toEqual(
      ["bindings", "checks", "plugin", "url", "version", "waitSeconds"].sort(),
    );
  });
});

describe("the verification", () => {
  test("reads what to prove from its environment", () => {
    const container = at(verification(), `${template}.containers.0`);

    expect(container).toMatchObject({ name: "verifier", args: ["verify"] });
    expect(JSON.parse(variable(container, "PATCHBAY_VERIFICATION") ?? "")).toEqual(
      verificationPlan(shopContext(), own),
    );
    expect(variable(container, "SERVICE_BINDING_ROOT")).toBe("/bindings");
  });

  test("is run by the environment's image, or by ours", () => {
    const image = `registry.example.com/tools/verifier@${anyDigest("e")}`;

    expect(at(verification(), `${template}.containers.0.image`)).toBe(defaultVerifier);
    expect(at(verification({ environment: { verifier: { image } } }), `${template}.containers.0.image`)).toBe(image);
  });

  test("is tried once, ends in time, and is replaced by the next update if it failed", () => {
    const job = verification({ environment: { verifier: { timeout: "45s" } } });

    expect(job.metadata).not.toHaveProperty("name");
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 45 });
    expect(at(job, "metadata.annotations")).toMatchObject({ "pulumi.com/replaceUnready": "true" });
  });

  test.each<[string, Data]>([
    ["Deployment", { restartLimit: 3 }],
    ["Rollout", { ...canary, restartLimit: 3 }],
    ["Rollout", { blueGreen: {}, restartLimit: 3 }],
  ])("names the %s and the generation whose rollout must be over, and what it may put up with: %j", (kind, rollout) => {
    expect(at(verification({ placement: { rollout } }, "7"), "metadata.annotations")).toMatchObject({
      "patchbay.dev/workload": "payment-gateway",
      "patchbay.dev/workload-kind": kind,
      "patchbay.dev/workload-generation": "7",
      "patchbay.dev/restart-limit": "3",
    });
  });

  test("has another pod for another generation, so that going back to a release is verified as well", () => {
    const pod = (generation: string) => at(verification({}, generation), "spec.template");

    expect(pod("1")).not.toEqual(pod("2"));
    expect(pod("1")).toEqual(pod("1"));
  });

  test("is not among the pods that take requests", () => {
    expect(at(verification(), "spec.template.metadata.labels")).toMatchObject({ "patchbay.dev/role": "verification" });
  });

  test.each<[string, Data, string]>([
    ["rolling", {}, own],
    ["canary", canary, "http://payment-gateway--canary.storefront-dev.svc.cluster.local"],
    ["blue-green", { blueGreen: {} }, own],
  ])("asks, after a %s rollout, an address where only the new release answers", (_, rollout, url) => {
    const context = shopContext({ placement: { rollout } });
    const plan = variable(at(verificationArgs(context, "1"), `${template}.containers.0`), "PATCHBAY_VERIFICATION");

    expect(verifiedUrl(context)).toBe(url);
    expect(JSON.parse(plan ?? "")).toMatchObject({ url });
  });
});

describe("a suite", () => {
  const image = `registry.example.com/tools/k6@${anyDigest("e")}`;
  const pod = (...verify: Data[]) => at(verificationSpec(shopContext({ release: { verify } }), own), "template.spec");

  test("runs after the verifier has found the plugin well, with its own image, command and arguments", () => {
    const spec = pod({ suite: { image, command: ["k6"], args: ["run", "$(x)"] } });

    expect(at(spec, "initContainers.0")).toMatchObject({ name: "verifier", args: ["verify"] });
    expect(at(spec, "containers.0")).toMatchObject({
      name: "suite-1",
      image,
      command: ["k6"],
      args: ["run", "$$(x)"],
    });
    expect(at(spec, "containers")).toHaveLength(1);
  });

  test("finds the plugin's address and bindings, and is of the release's image where it names none", () => {
    const suite = at(pod({ suite: {} }), "containers.0");

    expect(variable(suite, "PATCHBAY_URL")).toBe(own);
    expect(variable(suite, "SERVICE_BINDING_ROOT")).toBe("/bindings");
    expect(at(suite, "image")).toBe(`registry.example.com/shop/payment-gateway@${anyDigest("a")}`);
    expect(suite).not.toHaveProperty("command");
  });

  test("stands beside others, numbered in the order of the release, all of which must succeed", () => {
    const spec = pod({ suite: { args: ["a"] } }, { get: "/x" }, { suite: { args: ["b"] } });

    expect(
      (at(spec, "containers") as { name: string; args: string[] }[]).map(({ name, args }) => [name, args]),
    ).toEqual([
      ["suite-1", ["a"]],
      ["suite-2", ["b"]],
    ]);
    expect(at(spec, "restartPolicy")).toBe("Never");
  });

  test("leaves no init container where there is none", () => {
    expect(pod({ get: "/x" })).not.toHaveProperty("initContainers");
  });
});

describe("waiting for services", () => {
  test("is a Job before the rollout, that tells what is missing and is tried anew", () => {
    const job = servicesArgs(shopContext({ environment: { verifier: { waitForServices: "20s" } } }));

    expect(at(job, `${template}.containers.0`)).toMatchObject({ name: "verifier", args: ["wait"] });
    expect(job?.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 50 });
    expect(at(job, "metadata.annotations")).toMatchObject({ "pulumi.com/replaceUnready": "true" });
    expect(JSON.parse(variable(at(job, `${template}.containers.0`), "PATCHBAY_VERIFICATION") ?? "")).toMatchObject({
      waitSeconds: 20,
    });
  });

  test("is left out where the environment does not want it", () => {
    expect(servicesArgs(shopContext({ environment: { verifier: { waitForServices: false } } }))).toBeUndefined();
  });

  test("is left out where the plugin is bound to other plugins only: those are verified before", () => {
    expect(servicesArgs(shopContext({ release: { integrations: {} } }))).toBeUndefined();
  });
});
