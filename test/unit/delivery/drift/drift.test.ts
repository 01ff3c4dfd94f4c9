import { describe, expect, test } from "vitest";
import { changedFields } from "../../../../delivery/drift/compare.ts";
import { declaredObjects } from "../../../../delivery/drift/declared.ts";

const object = (changes: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", namespace: "dev", resourceVersion: "7", managedFields: [] },
  spec: { replicas: 2, template: { containers: [{ name: "plugin", image: "a" }] } },
  status: { replicas: 2 },
  ...changes,
});

describe("fields that are not as declared", () => {
  test("are none where only the API server's own differ", () => {
    const live = object({
      metadata: { name: "shop", namespace: "dev", resourceVersion: "9", generation: 3 },
      status: {},
    });

    expect(changedFields(live, object())).toEqual([]);
  });

  test("are changed, gone, or come in by hand", () => {
    const live = object({
      metadata: { name: "shop", namespace: "dev", labels: { "app.kubernetes.io/part-of": "x" } },
      spec: { template: { containers: [{ name: "plugin", image: "b" }] } },
    });

    expect(changedFields(live, object())).toEqual([
      { path: "metadata.labels", live: { "app.kubernetes.io/part-of": "x" } },
      { path: "spec.replicas", declared: 2 },
      { path: "spec.template.containers[0].image", declared: "a", live: "b" },
    ]);
  });

  test("are a whole list where its length differs, and keys with dots stand in brackets", () => {
    const live = { ...object(), spec: { list: [1], "a.b": 1 } };
    const applied = { ...object(), spec: { list: [1, 2], "a.b": 2 } };

    expect(changedFields(live, applied)).toEqual([
      { path: "spec['a.b']", declared: 2, live: 1 },
      { path: "spec.list", declared: [1, 2], live: [1] },
    ]);
  });
});

describe("objects of a state", () => {
  const resource = (changes: object = {}) => ({
    urn: "urn:pulumi:dev::patchbay::patchbay:index:Plugin$kubernetes:apps/v1:Deployment::shop-deployment",
    type: "kubernetes:apps/v1:Deployment",
    inputs: { apiVersion: "apps/v1", kind: "Deployment", metadata: { labels: { a: "b" } }, spec: { replicas: 2 } },
    outputs: { __fieldManager: "pulumi-1", metadata: { name: "shop", namespace: "dev", uid: "u" } },
    ...changes,
  });

  test("are told by the name that they got, and by who applied them", () => {
    expect(declaredObjects({ resources: [resource({ ignoreChanges: ["spec.selector"] })] })).toEqual([
      {
        resource: "shop-deployment",
        object: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { labels: { a: "b" }, name: "shop", namespace: "dev" },
          spec: { replicas: 2 },
        },
        fieldManager: "pulumi-1",
        uid: "u",
        secret: false,
        partial: false,
        ignored: ["spec.selector"],
      },
    ]);
  });

  test("hold nothing but their name where any of it is secret", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const inputs = { apiVersion: "v1", kind: "Secret", metadata: {}, stringData: secret };

    const [found] = declaredObjects({ resources: [resource({ type: "kubernetes:core/v1:Secret", inputs })] });

    expect(found).toMatchObject({ secret: true });
    expect(found?.object).toEqual({ apiVersion: "v1", kind: "Secret", metadata: { name: "shop", namespace: "dev" } });
  });

  test("are not components, providers, or what the engine is about to delete", () => {
    const others = [{ type: "patchbay:index:Plugin" }, { type: "pulumi:providers:kubernetes" }, { delete: true }];

    expect(declaredObjects({ resources: others.map(resource) })).toEqual([]);
    expect(declaredObjects(null)).toEqual([]);
  });
});
