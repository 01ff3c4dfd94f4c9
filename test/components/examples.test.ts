/** The checkout's own programs, run as the engine would run them: what each declares, exactly. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { at, type MockWorld, mockBytes, mockWorld, promiseOf } from "../support/mock-world.ts";

const checkout = resolve(import.meta.dirname, "../..");
const password = "kn0wn-value-of-every-secret";

// Programs wait for real rollouts, by hooks that the engine's mocks do not know.
vi.mock("../../components/kubernetes/gate/gate.ts", () => ({
  clusterGate: () => ({
    namespaceOptions: {},
    taskOptions: {},
    serviceOptions: {},
    workloadOptions: {},
    verificationOptions: {},
  }),
}));

let home: string;
beforeEach(() => {
  home = process.cwd();
});
afterEach(() => {
  process.chdir(home);
});

/** Runs the program in a folder with what its stack file says; every encrypted value has become the same known one. */
async function run(folder: string, stack = "dev"): Promise<{ world: MockWorld; outputs: Record<string, unknown> }> {
  process.chdir(join(checkout, folder));
  const { config } = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as { config: Record<string, unknown> };
  const decrypted = JSON.parse(
    JSON.stringify(config, (_, value: unknown) => (at(value, "secure") === undefined ? value : password)),
  ) as Record<string, unknown>;
  vi.resetModules();
  const world = await mockWorld({ stack, config: decrypted, secretKeys: ["patchbay:credentials"] });
  const outputs = (await import(join(checkout, folder, "index.ts"))) as Record<string, unknown>;
  return { world, outputs };
}

const secretType = "kubernetes:core/v1:Secret";

describe("an SEO plugin in a CMS", () => {
  test("declares exactly this", async () => {
    const { world } = await run("examples/seo-in-a-cms");

    expect(await world.createdTypes()).toEqual([
      "kubernetes:apps/v1:Deployment seo-deployment",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler seo-autoscaler",
      "kubernetes:batch/v1:Job seo--rebuild-after",
      "kubernetes:batch/v1:Job seo-services",
      "kubernetes:batch/v1:Job seo-verification",
      "kubernetes:core/v1:ConfigMap dev-dashboard",
      "kubernetes:core/v1:ConfigMap dev-registry",
      "kubernetes:core/v1:ConfigMapPatch seo-registration",
      "kubernetes:core/v1:Namespace dev-namespace",
      "kubernetes:core/v1:ResourceQuota dev-quota",
      "kubernetes:core/v1:Secret seo--cache-secret",
      "kubernetes:core/v1:Secret seo--content-secret",
      "kubernetes:core/v1:Service seo-service",
      "kubernetes:core/v1:ServiceAccount seo-account",
      "kubernetes:eventing.knative.dev/v1:Broker dev-broker",
      "kubernetes:eventing.knative.dev/v1:Trigger seo-b3346a43",
      "kubernetes:eventing.knative.dev/v1:Trigger seo-f386e1de",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute seo-route",
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule seo-alerts",
      "kubernetes:monitoring.coreos.com/v1:ServiceMonitor seo-monitor",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy dev-deny",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy dev-dns",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy seo--cache-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy seo--content-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy seo-emit",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy seo-ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy seo-self",
      "kubernetes:policy/v1:PodDisruptionBudget seo-disruption",
      "patchbay:index:Binding seo--cache",
      "patchbay:index:Binding seo--content",
      "patchbay:index:Environment dev",
      "patchbay:index:Plugin seo",
      "pulumi:providers:kubernetes dev-provider",
    ]);
  });

  test("gives the content API's token to the plugin, and shows it to nobody", async () => {
    const { world } = await run("examples/seo-in-a-cms");
    const secret = await world.created(secretType, "seo--content-secret");

    expect(secret.inputs.stringData).toEqual({
      type: "http",
      uri: "http://content.newsroom.svc:8080/api",
      token: password,
    });
    expect(await world.stateOf()).not.toContain(password);
  });

  test("says where the CMS reaches it", async () => {
    const { outputs } = await run("examples/seo-in-a-cms");

    expect(await promiseOf(outputs.seo)).toBe("http://seo.newsroom-dev.svc.cluster.local");
  });
});

describe("a CRM plugin with e-mail marketing and a database", () => {
  test("declares exactly this", async () => {
    const { world } = await run("examples/crm-with-marketing");

    expect(await world.createdTypes()).toEqual([
      "kubernetes:apps/v1:Deployment campaigns-deployment",
      "kubernetes:batch/v1:Job campaigns--migrate-before",
      "kubernetes:batch/v1:Job campaigns-services",
      "kubernetes:batch/v1:Job campaigns-verification",
      "kubernetes:core/v1:ConfigMap crm-registry",
      "kubernetes:core/v1:ConfigMapPatch campaigns-registration",
      "kubernetes:core/v1:Namespace crm-namespace",
      "kubernetes:core/v1:ResourceQuota crm-quota",
      "kubernetes:core/v1:Secret campaigns--contacts-secret",
      "kubernetes:core/v1:Secret campaigns--mailing-secret",
      "kubernetes:core/v1:Secret campaigns--receipts-secret",
      "kubernetes:core/v1:Secret nightly-report--contacts-secret",
      "kubernetes:core/v1:Service campaigns-service",
      "kubernetes:core/v1:ServiceAccount campaigns-account",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute campaigns-route",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy campaigns--contacts-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy campaigns--mailing-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy campaigns--receipts-egress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy campaigns-ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy campaigns-self",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy crm-deny",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy crm-dns",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy nightly-report--contacts-egress",
      "kubernetes:policy/v1:PodDisruptionBudget campaigns-disruption",
      "patchbay:index:Binding campaigns--contacts",
      "patchbay:index:Binding campaigns--mailing",
      "patchbay:index:Binding campaigns--receipts",
      "patchbay:index:Binding nightly-report--contacts",
      "patchbay:index:Environment crm",
      "patchbay:index:Plugin campaigns",
      "pulumi:providers:kubernetes crm-provider",
      "random:index/randomBytes:RandomBytes campaigns--receipts-key",
    ]);
  });

  test("lets the nightly report, which is no plugin, read the same contacts from the same place", async () => {
    const { world, outputs } = await run("examples/crm-with-marketing");
    const own = await world.created(secretType, "campaigns--contacts-secret");
    const report = await world.created(secretType, "nightly-report--contacts-secret");
    const egress = await world.created(
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "nightly-report--contacts-egress",
    );

    expect(report.inputs.stringData).toEqual(own.inputs.stringData);
    expect(at(egress.inputs, "spec.podSelector.matchLabels")).toEqual({ "patchbay.dev/plugin": "nightly-report" });
    expect(await promiseOf(outputs.reportSecret)).toBe("nightly-report--contacts-secret-0a1b2c3d");
    expect(await world.stateOf()).not.toContain(password);
  });

  test("signs receipts with a key that Patchbay issues, since none is given", async () => {
    const { world } = await run("examples/crm-with-marketing");
    const receipts = await world.created(secretType, "campaigns--receipts-secret");

    expect(at(receipts.inputs, "stringData.signing-key")).toBe(`whsec_${mockBytes}`);
    expect(await world.stateOf()).not.toContain(mockBytes);
  });
});

describe.each(["dev", "staging", "prod"])("the shop's stack %s", (stack) => {
  test("runs both plugins in a namespace of its own", async () => {
    const { world } = await run(".", stack);
    const registered = await world.registered();
    const namespaces = new Set(registered.map(({ inputs }) => at(inputs, "metadata.namespace")));
    const plugins = registered.filter(({ type }) => type === "patchbay:index:Plugin").map(({ name }) => name);

    expect(plugins.sort()).toEqual(["payment-gateway", "tax-calculator"]);
    expect([...namespaces].filter((namespace) => namespace !== undefined)).toEqual([`storefront-${stack}`]);
    expect(await world.stateOf()).not.toContain(password);
  });

  test("says which release of each plugin runs, and what it is wired to", async () => {
    const { outputs } = await run(".", stack);
    const plugins = (await promiseOf(outputs.plugins)) as Record<string, unknown>;

    expect(outputs.environment).toBe(stack);
    expect(plugins["payment-gateway"]).toMatchObject({
      version: expect.stringMatching(/^2\.4\.[01]$/) as unknown,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      url: `http://payment-gateway.storefront-${stack}.svc.cluster.local`,
      bindings: {
        orders: "orders",
        inventory: "inventory",
        fraud: "fraud",
        "tax-calculator": "plugin tax-calculator",
      },
    });
  });
});
