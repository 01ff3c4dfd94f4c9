import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  type ClusterName,
  clusterDirectories,
  clusterDirectory,
  clusterInUse,
  folderOf,
  forgetContext,
  use,
} from "../../../cli/folders.ts";
import type { Project } from "../../../cli/project.ts";

function project(): Project {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-folders-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return { directory, name: "shop" };
}

test("no two clusters share a folder, whatever their names are", () => {
  const clusters: ClusterName[] = [
    { embedded: "real" },
    { embedded: "simulated" },
    { context: "real" },
    { context: "../embedded/real" },
  ];
  const shop = project();

  expect(new Set(clusters.map((name) => folderOf(shop, name))).size).toBe(clusters.length);
});

test("commands go on with the cluster that was started or chosen last", () => {
  const shop = project();
  expect(clusterInUse(shop)).toBeUndefined();

  use(shop, { embedded: "real" });
  expect(clusterInUse(shop)).toEqual({ embedded: "real" });
  use(shop, { context: "kind-shop" });
  expect(clusterInUse(shop)).toEqual({ context: "kind-shop" });
  use(shop, { embedded: "simulated" });
  expect(clusterInUse(shop)).toEqual({ embedded: "simulated" });
});

test("a context that is forgotten leaves the embedded cluster as it was", () => {
  const shop = project();
  use(shop, { embedded: "real" });
  use(shop, { context: "kind-shop" });

  forgetContext(shop);

  expect(clusterInUse(shop)).toEqual({ embedded: "real" });
});

test("all embedded clusters are found to be ended, that of an earlier version too", () => {
  const shop = project();

  expect(clusterDirectories(shop)).toEqual([
    clusterDirectory(shop, "real"),
    clusterDirectory(shop, "simulated"),
    join(shop.directory, ".patchbay/embedded/cluster"),
  ]);
});
