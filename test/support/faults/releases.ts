import type { Catalog } from "../../../model/index.ts";
import { anyDigest, catalogOf, shopCatalog, shopEnvironment, shopPlugins, smallRelease } from "../documents.ts";
import { message } from "../problems.ts";
import { type Fault, gateway, released, stack } from "./fault.ts";

const gatewayDigest = "sha256:691bff03e94299367e3f88a5725d7c7e80c2f6086af73c34ae8bc8e5cb0a86c6";

export const releases: readonly Fault[] = [
  {
    name: "a release that the catalog lacks",
    documents: { plugins: shopPlugins({ "tax-calculator": { release: "1.4.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.tax-calculator.release`,
        "release 1.4.0, which the catalog lacks",
        "one of 1.3.0, 1.2.0",
        "choose another, or add catalog/tax-calculator/1.4.0.yaml",
      ),
    ],
  },
  {
    name: "a plugin whose name is misspelt",
    documents: { plugins: shopPlugins({ "tax-calculater": { release: "1.3.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.tax-calculater`,
        'plugin "tax-calculater", which the catalog lacks',
        "a plugin with a folder in catalog/",
        "did you mean tax-calculator?",
      ),
    ],
  },
  {
    name: "a plugin that nothing resembles",
    documents: { plugins: shopPlugins({ seo: { release: "1.0.0" } }) },
    code: "release-unknown",
    messages: [
      message(
        `${stack}plugins.seo`,
        'plugin "seo", which the catalog lacks',
        "a plugin with a folder in catalog/",
        "choose another, or add catalog/seo/1.0.0.yaml",
      ),
    ],
  },
  {
    name: "a release that is not what its place says",
    catalog: { ...shopCatalog(), releases: misplaced() },
    code: "release-mismatch",
    messages: [
      message(
        "catalog/tax-calculator/1.3.0.yaml: plugin",
        "seo",
        "tax-calculator, as the file's place in the catalog says",
        "move the file, or correct the field",
      ),
      message(
        "catalog/tax-calculator/1.3.0.yaml: version",
        "1.2.9",
        "1.3.0, as the file's place in the catalog says",
        "move the file, or correct the field",
      ),
    ],
  },
  {
    name: "a digest of something else",
    documents: { plugins: shopPlugins({ "payment-gateway": { release: "2.4.1", digest: anyDigest("e") } }) },
    code: "digest-mismatch",
    messages: [
      message(
        `${stack}plugins.payment-gateway.digest`,
        anyDigest("e"),
        `${gatewayDigest}, the digest of payment-gateway 2.4.1 in the catalog`,
        "a release never changes: restore its files from git, or make a new version",
      ),
    ],
  },
  ...["testing", "staging", "production"].map((stage) => ({
    name: `no digest in stage ${stage}`,
    documents: { environment: shopEnvironment({ stage }) },
    code: "digest-missing",
    messages: [
      message(
        `${stack}plugins.tax-calculator.digest`,
        "nothing",
        `sha256:3b726b0cc5b8edc2b4cc8d7061bf53c721eaa2b039bd53888db4436ab126fcaf (required in stage ${stage})`,
        "add it",
      ),
    ],
  })),
  {
    name: "an integration point named as a required plugin",
    ...sharedName(),
    code: "name-taken",
    messages: [
      message(
        `${gateway}: integrations.tax-calculator`,
        "an integration point with the name of the required plugin tax-calculator",
        "a name of its own: each of them gives a binding of its name",
        "rename the integration point",
      ),
    ],
  },
  {
    name: "two tasks of one name",
    ...released({ tasks: { after: [{ name: "warm" }, { name: "index" }, { name: "warm" }] } }),
    code: "name-taken",
    messages: [
      message(
        `${gateway}: tasks.after.2.name`,
        "a second task warm",
        "a name of its own: tasks.after.0 has this one, and each task's Job is named after it",
        "rename one of them",
      ),
    ],
  },
];

function sharedName() {
  const { catalog, documents } = released({ integrations: { "tax-calculator": { service: "postgresql" } } });
  const placement = { release: "2.4.1", bindings: { "tax-calculator": "orders" } };
  return { catalog, documents: { plugins: { ...documents.plugins, "payment-gateway": placement } } };
}

function misplaced(): Catalog["releases"] {
  const source = catalogOf(smallRelease("seo", "1.2.9")).releases.get("seo@1.2.9");
  const file = "catalog/tax-calculator/1.3.0.yaml";
  return new Map([
    ...shopCatalog().releases,
    ...(source ? [["tax-calculator@1.3.0", { ...source, file }] as const] : []),
  ]);
}
