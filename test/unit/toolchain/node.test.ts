import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { layoutOf } from "../../../toolchain/cluster/layout.ts";
import { networkOf } from "../../../toolchain/cluster/network.ts";
import { chooseNode, nodeLine } from "../../../toolchain/cluster/node/choice.ts";
import { nodeFiles } from "../../../toolchain/cluster/node/files.ts";
import type { Machine } from "../../../toolchain/cluster/node/machine.ts";
import { setupHash } from "../../../toolchain/cluster/prepare.ts";
import { commandOf, programsOf } from "../../../toolchain/cluster/programs.ts";
import type { ClusterSetup } from "../../../toolchain/cluster/setup.ts";

const able: Machine = {
  platform: "linux",
  isRoot: true,
  has: () => true,
  cniPlugins: "/usr/lib/cni",
  cgroupsAreWritable: true,
  trySandbox: () => Promise.resolve(undefined),
  containerdVersion: () => Promise.resolve("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1"),
};

describe("the choice of a node", () => {
  test("is a real one where the machine can run containers, and names what runs them", async () => {
    const node = await chooseNode("auto", {}, able);

    expect(node).toEqual({ kind: "real", because: "containerd 1.6.20" });
    expect(nodeLine(node)).toBe("node: real (containerd 1.6.20)");
  });

  test.each<[string, Partial<Machine>, string]>([
    ["another system", { platform: "darwin" }, "containers take Linux, this is darwin"],
    ["no root", { isRoot: false }, "containers take root"],
    [
      "a missing program",
      { has: (program) => program !== "containerd" },
      "containerd is not installed: apt-get install containerd",
    ],
    [
      "several",
      { has: (program) => !["unshare", "nsenter", "socat"].includes(program), cniPlugins: undefined },
      "socat, unshare, nsenter, the CNI plugins are not installed: apt-get install socat util-linux containernetworking-plugins",
    ],
    ["read-only cgroups", { cgroupsAreWritable: false }, "/sys/fs/cgroup cannot be written"],
    [
      "no right to namespaces",
      { trySandbox: () => Promise.resolve("unshare failed: Operation not permitted") },
      "namespaces and mounts are not allowed: unshare failed: Operation not permitted",
    ],
  ])("is simulated with %s, and says so", async (_what, lack, because) => {
    expect(await chooseNode("auto", {}, { ...able, ...lack })).toEqual({ kind: "simulated", because });
  });

  test("follows PATCHBAY_NODE, and the caller before that", async () => {
    const simulated = { PATCHBAY_NODE: "simulated" };

    expect((await chooseNode("auto", simulated, able)).kind).toBe("simulated");
    expect((await chooseNode("real", simulated, able)).kind).toBe("real");
    await expect(chooseNode("auto", { PATCHBAY_NODE: "docker" }, able)).rejects.toMatchObject({
      code: "node-unknown",
      found: "docker",
    });
  });

  test("that cannot be met names all that lacks", async () => {
    const machine = { ...able, isRoot: false, has: (program: string) => program !== "runc" };

    await expect(chooseNode("auto", { PATCHBAY_NODE: "real" }, machine)).rejects.toMatchObject({
      code: "node-impossible",
      found: "containers take root; runc is not installed: apt-get install runc",
    });
  });
});

describe("a real node's set-up", () => {
  let folder: string;
  let setup: ClusterSetup;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "patchbay-node-"));
    setup = {
      layout: layoutOf(folder),
      port: 16443,
      durable: true,
      network: networkOf(17),
      realNode: { registryPort: 16500, cniPlugins: "/usr/lib/cni", snapshotter: "overlayfs" },
    };
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const fileOf = (path: string) => nodeFiles(setup).get(path) ?? "";

  test("gives pods addresses, a DNS server and images of the cluster's own", () => {
    const { node } = setup.layout;

    expect(JSON.parse(fileOf(join(node.cniConfig, "10-patchbay.conflist")))).toMatchObject({
      plugins: [{ type: "ptp", ipam: { ranges: [[{ subnet: "10.201.24.0/21" }]] } }],
    });
    expect(JSON.parse(fileOf(node.kubeletConfig))).toMatchObject({ clusterDNS: ["10.201.16.2"] });
    expect(fileOf(node.corefile)).toContain("bind 10.201.16.2");
    for (const registry of ["registry.example.com", "127.0.0.1:16500", "localhost:16500"]) {
      expect(fileOf(join(node.registries, registry, "hosts.toml"))).toContain('[host."http://127.0.0.1:16500"]');
    }
    expect(fileOf(node.containerdConfig)).toMatch(/sandbox_image = "registry\.example\.com\/patchbay\/pause:\d/);
  });

  test("lets nobody in without credentials, and listens nowhere but on loopback and its own network", () => {
    const { node } = setup.layout;

    expect(JSON.parse(fileOf(node.kubeletConfig))).toMatchObject({
      address: "10.201.16.2",
      authentication: { anonymous: { enabled: false }, x509: { clientCAFile: node.clientCertificate } },
      authorization: { mode: "Webhook" },
    });
    expect(JSON.parse(fileOf(node.registryConfig))).toMatchObject({ http: { addr: "127.0.0.1:16500" } });
    expect(commandOf("sandbox-api-relay", setup).args[0]).toContain("bind=127.0.0.1");
    expect(commandOf("api-relay", setup).args[0]).toContain("mode=600");
  });

  test("starts containers in the sandbox, and the control plane outside of it", () => {
    const sandboxed = programsOf("real").filter((name) => commandOf(name, setup).sandboxed);

    expect(sandboxed).toEqual([
      "rollouts-controller",
      "sandbox-api-relay",
      "sandbox-registry-relay",
      "containerd",
      "coredns",
      "kubelet",
      "kube-proxy",
    ]);
    expect(programsOf("real")).not.toContain("kwok");
    expect(
      programsOf("simulated").filter((name) => commandOf(name, { ...setup, realNode: undefined }).sandboxed),
    ).toEqual([]);
  });

  test("is another than with simulated nodes, other addresses or other durability", () => {
    const { layout } = setup;
    const hashes = [
      setupHash(layout, "real", 17, true),
      setupHash(layout, "simulated", 17, true),
      setupHash(layout, "real", 18, true),
      setupHash(layout, "real", 17, false),
    ];

    expect(new Set(hashes).size).toBe(4);
    expect(setupHash(layout, "real", 17, true)).toBe(hashes[0]);
  });
});
