import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deploy, explained } from "../../components/index.ts";
import { PatchbayError } from "../../model/index.ts";
import { shopCredentials, shopEnvironment, shopModel, shopSecrets } from "../support/documents.ts";
import { allUnder, at, type MockWorld, mockWorld, openGate, promiseOf } from "../support/mock-world.ts";

const credentials = shopCredentials() as Record<string, Record<string, string>>;

async function deployed(monitoring: object = { prometheus: true, datadog: true }) {
  const world = await mockWorld();
  const model = shopModel({ environment: shopEnvironment({ monitoring }) });
  return { world, model, ...deploy(model, { credentials, gate: openGate }) };
}

async function podTemplates(world: MockWorld) {
  const all = await world.registered();
  return all.flatMap(({ name, inputs }) => {
    const template = at(inputs, "spec.template") as Record<string, unknown> | undefined;
    return template === undefined ? [] : [{ name, template }];
  });
}

describe("the shop", () => {
  test("is one environment and its plugins, each a child of it, in dependency order", async () => {
    const { world, environment, plugins } = await deployed();
    const components = (await world.registered()).filter(({ type }) => type.startsWith("patchbay:"));
    const urn = await promiseOf(environment.urn);

    expect([...plugins.keys()]).toEqual(["tax-calculator", "payment-gateway"]);
    expect(
      components
        .filter(({ parent }) => parent === urn)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["payment-gateway", "tax-calculator"]);
    expect(components.filter(({ parent }) => parent === "").map(({ name }) => name)).toEqual(["dev"]);
  });

  test("has no monitoring objects where the environment does not ask for them", async () => {
    const { world } = await deployed({});
    const types = await world.createdTypes();

    expect(types.filter((type) => /ServiceMonitor|PrometheusRule|dashboard/.test(type))).toEqual([]);
  });

  test("never makes what others run or what would open it: no Ingress, no role, no load balancer", async () => {
    const { world } = await deployed();
    const types = await world.createdTypes();

    expect(types.filter((type) => /Ingress |Role|rbac|StatefulSet|DaemonSet|:Pod /.test(type))).toEqual([]);
    expect(allUnder(await world.registered(), "hostNetwork", "hostPath", "privileged", "nodePort")).toEqual([]);
    expect(
      (await world.registered()).map(({ inputs }) => at(inputs, "spec.type")).filter((type) => type !== undefined),
    ).toEqual([]);
  });

  test("waits in plugins that require others for their verification", async () => {
    const { world } = await deployed();
    const deployment = await world.created("kubernetes:apps/v1:Deployment", "payment-gateway-deployment");
    const verification = await world.created("kubernetes:batch/v1:Job", "tax-calculator-verification");

    expect(deployment.dependencies).toContain(verification.urn);
  });
});

describe("secrets", () => {
  const forms = (secret: string) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];

  test("never stand in plain text in the state", async () => {
    const { world } = await deployed();
    const state = await world.stateOf();

    for (const secret of Object.values(shopSecrets).flatMap(forms)) expect(state).not.toContain(secret);
  });

  test("reach the plugin as files, and neither a pod's environment nor anything but their Secret", async () => {
    const { world } = await deployed();
    const others = (await world.registered()).filter(({ type }) => !type.endsWith(":Secret"));
    const text = JSON.stringify(others.map(({ inputs }) => inputs));

    for (const secret of Object.values(shopSecrets).flatMap(forms)) expect(text).not.toContain(secret);
    expect(allUnder(others, "envFrom", "secretKeyRef", "valueFrom")).toEqual([]);
  });

  test("do reach their Secret: the search above would find them", async () => {
    const { world } = await deployed();
    const text = JSON.stringify((await world.registered()).map(({ inputs }) => inputs));

    for (const secret of Object.values(shopSecrets)) expect(text).toContain(secret);
  });

  test("are taken as secret though a program hands them over in plain text, or as an output", async () => {
    const world = await mockWorld();
    deploy(shopModel(), { credentials: pulumi.output(credentials), gate: openGate });

    expect(await world.stateOf()).not.toContain(shopSecrets.ordersPassword);
  });
});

describe("every pod", () => {
  test("meets Pod Security Standard restricted", async () => {
    const { world } = await deployed();
    const templates = await podTemplates(world);

    expect(templates.map(({ name }) => name).sort()).toEqual([
      "payment-gateway--migrate-before",
      "payment-gateway-deployment",
      "payment-gateway-services",
      "payment-gateway-verification",
      "tax-calculator-deployment",
      "tax-calculator-verification",
    ]);
    for (const { name, template } of templates) {
      expect(at(template, "spec.securityContext"), name).toEqual({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(allUnder(template, "capabilities"), name).toEqual([{ drop: ["ALL"] }]);
      expect(allUnder(template, "allowPrivilegeEscalation"), name).toEqual([false]);
      expect(allUnder(template, "readOnlyRootFilesystem"), name).toEqual([true]);
      expect(allUnder(template, "automountServiceAccountToken"), name).toEqual([false]);
    }
  });

  test("runs an image by digest, but for the verifier that the environment chooses", async () => {
    const { world } = await deployed();
    const templates = (await podTemplates(world)).filter(({ name }) => !/-(verification|services)$/.test(name));

    for (const { name, template } of templates)
      expect(allUnder(template, "image"), name).toEqual([expect.stringMatching(/@sha256:[0-9a-f]{64}$/)]);
  });

  test("says what it needs, so that the quota can count it", async () => {
    const { world } = await deployed();

    for (const { name, template } of await podTemplates(world)) {
      const [resources] = allUnder(template, "resources");
      expect(Object.keys(at(resources, "requests") as object).sort(), name).toEqual(["cpu", "memory"]);
    }
  });
});

describe("explained", () => {
  const problem = {
    code: "usage",
    file: "Pulumi.dev.yaml",
    path: "",
    found: "nothing",
    expected: "something",
    remedy: "add it",
  } as const;

  test("gives what the step gives", () => {
    expect(explained(() => 42)).toBe(42);
  });

  test("turns problems into an error that the engine prints without a stack trace", () => {
    const step = () =>
      explained(() => {
        throw new PatchbayError([problem]);
      });

    expect(step).toThrow(pulumi.RunError);
    expect(step).toThrow(/Pulumi\.dev\.yaml\n {2}found {5}nothing\n {2}expected {2}something\n {2}remedy {4}add it/);
  });

  test("leaves other errors alone: they are bugs, and their stack trace helps", () => {
    const bug = new TypeError("undefined is not a function");

    expect(() =>
      explained(() => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});
