import { expect, test } from "vitest";
import { clusterFindings } from "../../../cli/doctor.ts";
import type { ClusterStatus } from "../../../toolchain/index.ts";

function cluster(state: ClusterStatus["state"], ended: readonly string[] = []): ClusterStatus {
  const names = ["etcd", "containerd", "kubelet"] as const;
  return {
    state,
    programs: names.map((name) => ({ name, pid: 1, running: !ended.includes(name) })),
    kubeconfig: "kubeconfig.yaml",
    context: "patchbay",
    server: undefined,
    node: { kind: "real", because: "containerd 1.6.20" },
    registry: undefined,
    logs: ".patchbay/embedded/real/cluster/logs",
  };
}

test("a cluster that runs, or is the user's own, is not the matter", () => {
  expect(clusterFindings(cluster("running"))).toEqual([]);
  expect(clusterFindings(undefined)).toEqual([]);
});

test("a part of the cluster that ended is named, with its logs", () => {
  const [finding] = clusterFindings(cluster("partly", ["containerd", "kubelet"]));

  expect(finding?.found).toContain("containerd, kubelet");
  expect(finding?.found).toContain(".patchbay/embedded/real/cluster/logs");
  expect(finding?.remedy).toEqual([expect.stringContaining("npm start")]);
});

test("a cluster that does not run names no parts", () => {
  expect(clusterFindings(cluster("stopped", ["etcd", "containerd", "kubelet"]))).toMatchObject([
    { found: "it does not run" },
  ]);
});
