import { readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { cacheKey, cacheOf } from "../../../toolchain/cache.ts";
import { suitableGo, versions } from "../../../toolchain/versions.ts";

const root = join(import.meta.dirname, "../../..");

describe("the pinned versions", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };

  test.each([
    ["@pulumi/pulumi", versions.pulumi],
    ["@pulumi/kubernetes", versions.kubernetesProvider],
    ["@pulumi/random", versions.randomProvider],
  ])("package.json has the same %s", (name, version) => {
    expect(manifest.devDependencies[name]).toBe(version);
  });

  test.each([
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
    ["kubernetes", "k8s.io/kubernetes", versions.kubernetes],
    ["kubernetes", "go.etcd.io/etcd/server/v3", versions.etcd],
    ["kwok", "sigs.k8s.io/kwok", versions.kwok],
    ["argo-rollouts", "github.com/argoproj/argo-rollouts", versions.argoRollouts],
    ["coredns", "github.com/coredns/coredns", versions.coredns],
    ["registry", "github.com/distribution/distribution/v3", versions.distribution],
    ["crds", "github.com/argoproj/argo-rollouts", versions.argoRollouts],
    ["crds", "knative.dev/eventing", versions.knativeEventing],
    ["crds", "github.com/prometheus-operator/prometheus-operator", versions.prometheusOperator],
    ["crds", "sigs.k8s.io/gateway-api", versions.gatewayApi],
  ])("the Go module %s has the same %s", (module, dependency, version) => {
    const required = goModule(module)
      .split("\n")
      .map((line) => line.replace("require ", "").replace(" // indirect", "").trim());

    expect(required).toContain(`${dependency} v${version}`);
  });

  test.each(["pulumi", "kubernetes", "kwok", "crds", "argo-rollouts", "coredns", "registry"])(
    "the Go module %s asks for no newer Go than we check for",
    (module) => {
      const asked = semver.coerce(/^go (\S+)$/m.exec(goModule(module))?.[1]);

      expect(asked && semver.lte(asked, suitableGo)).toBe(true);
    },
  );

  function goModule(name: string): string {
    return readFileSync(join(root, "toolchain/modules", name, "go.mod"), "utf8");
  }
});

describe("the cache", () => {
  test("lies where XDG says, or in ~/.cache", () => {
    expect(cacheOf({ XDG_CACHE_HOME: "/cache", HOME: "/home/me" }).directory).toBe(`/cache/patchbay/${cacheKey()}`);
    expect(cacheOf({ HOME: "/home/me" }).directory).toBe(`/home/me/.cache/patchbay/${cacheKey()}`);
    expect(cacheOf({ XDG_CACHE_HOME: "relative", HOME: "/home/me" }).directory).toMatch(/^\/home\/me\/\.cache/);
  });

  test("is another for any other version", () => {
    expect(cacheKey()).toBe(cacheKey({ ...versions }));
    expect(cacheKey({ ...versions, kwok: "0.8.0" })).not.toBe(cacheKey());
  });
});
