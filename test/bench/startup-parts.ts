/** A process of its own: takes the steps of Patchbay's program one by one and prints how long each took, in milliseconds. */
import { readFileSync } from "node:fs";
import type { Synthetic } from "./synthetic.ts";

const parts: [string, number][] = [["Node itself", performance.now()]];

async function step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  parts.push([name, performance.now() - started]);
  return result;
}

const { environment, plugins, credentials } = JSON.parse(readFileSync("documents.json", "utf8")) as Synthetic;

const pulumi = await step("import @pulumi/pulumi", () => import("@pulumi/pulumi"));
await step("import @pulumi/kubernetes", () => import("@pulumi/kubernetes"));
await step("import @pulumi/random", () => import("@pulumi/random"));
await step("import zod", () => import("zod"));
const { resolve } = await step("import model (with yaml, semver, canonicalize)", () => import("../../model/index.ts"));
const { readCatalog } = await step("import sources", () => import("../../sources/index.ts"));
const { deploy } = await step("import components", () => import("../../components/index.ts"));
const catalog = await step("read the catalog", () => readCatalog("catalog", plugins));
const documents = { name: "dev", file: "Pulumi.dev.yaml", environment, plugins, credentials };
const model = await step("check and resolve", () => resolve(documents, catalog));
const metadata = { name: "name", generation: 1 };
await pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => ({ id: name, state: { ...(inputs as object), metadata } }),
  call: () => ({}),
});
await step("construct components", () =>
  deploy(model, {
    credentials: pulumi.secret(credentials),
    gate: { namespaceOptions: {}, serviceOptions: {}, workloadOptions: {}, taskOptions: {}, verificationOptions: {} },
  }),
);
// What was constructed registers itself only once the inputs are known; the process must not end before.
await step("register everything, with nobody to wait for", () =>
  (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs(),
);

process.stdout.write(`${JSON.stringify(parts)}\n`);
