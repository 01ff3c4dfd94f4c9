import { afterAll, beforeAll, expect, test } from "vitest";
import { ownNamespace, testClients } from "../support/cluster.ts";
import { type Data, shopCatalog, shopDocuments } from "../support/documents.ts";
import { bindings, type Fault, hosts, releases, requirements } from "../support/faults/index.ts";
import { Project } from "../support/project.ts";

/** One fault for each way to word a problem: of each code, those whose message has another place. */
const faults = [...releases, ...hosts, ...requirements, ...bindings].filter(
  (fault, index, all) => all.findIndex((other) => placeOf(other) === placeOf(fault)) === index,
);

function placeOf({ code, messages }: Fault): string {
  return `${code} ${messages[0]?.split("\n")[0] ?? ""}`;
}

/** How the engine shows a message: indented below the stack that it belongs to. */
function asShown(message: string): string {
  return message.replaceAll(/^(?=.)/gm, "    ");
}

let project: Project;
const namespace = ownNamespace("faults");

beforeAll(() => {
  project = new Project();
});

afterAll(() => {
  project.remove();
});

test.each(faults)("$name: preview says so, fails, and creates nothing", async ({ documents, catalog, messages }) => {
  project.emptyCatalog();
  for (const { file, text } of (catalog ?? shopCatalog()).releases.values()) project.write(file, text);
  const { environment, plugins, credentials } = shopDocuments(documents);
  await project.declare("dev", {
    environment: inNamespace(environment as Data),
    plugins: plugins as Data,
    plainCredentials: credentials as Data,
  });

  const { status, output, changes } = await project.preview("dev");

  expect(status, output).toBe(1);
  expect(output).toContain(messages.map(asShown).join("\n    \n"));
  expect(output).not.toMatch(/^\s+at .*(\.ts|\.js|node:)/m);
  expect([...changes.keys()].filter((urn) => urn.includes("kubernetes:"))).toEqual([]);
});

test("after all of that, the cluster holds nothing of it", async () => {
  const { items } = await testClients().core.listNamespace({ fieldSelector: `metadata.name=${namespace}` });

  expect(items).toEqual([]);
  expect((await project.resources("dev")).filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
});

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n`;

test.each([
  ["an alias bomb", bomb],
  ["a key that reaches a prototype", "plugin: tax-calculator\n__proto__: { polluted: true }\n"],
  ["more text than a release ever has", `# ${"x".repeat(256 * 1024)}`],
])("a hostile release, %s, is refused by name", async (_, text) => {
  project.emptyCatalog();
  project.write("catalog/tax-calculator/1.3.0.yaml", text);
  const { environment } = shopDocuments();
  await project.declare("dev", {
    environment: inNamespace(environment as Data),
    plugins: { "tax-calculator": { release: "1.3.0" } },
  });

  const { status, output } = await project.preview("dev");

  expect(status, output).toBe(1);
  expect(output).toMatch(/^ {4}catalog\/tax-calculator\/1\.3\.0\.yaml/m);
  expect(output).toMatch(/^ {6}remedy {4}\S/m);
  expect(output).not.toMatch(/^\s+at .*(\.ts|\.js|node:)/m);
});

test.each([
  ["more than 100 KiB", 900],
  ["more than a program can be given", 1400],
])("a configuration of %s is refused with its size", async (_, length) => {
  const services = Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `orders-${String(index)}`,
      { type: "postgresql", version: "15.4.0", host: "orders-db.data.svc", database: "orders" },
    ]),
  );
  const { environment } = shopDocuments();
  await project.declare("dev", { environment: { ...inNamespace(environment as Data), services }, plugins: {} });

  const { status, output } = await project.preview("dev");

  expect(status).toBe(1);
  expect(output).toMatch(/found {5}\d{6} bytes of configuration/);
  expect(output).toContain("split the environment into two stacks");
});

function inNamespace(environment: Data): Data {
  return { ...environment, target: { kind: "kubernetes", namespace } };
}
