import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { judgeStack } from "../../../delivery/diagnosis.ts";
import { type Lock, locksOf } from "../../../delivery/locks.ts";
import { unfinishedOperations } from "../../../delivery/unfinished.ts";

const dead: Lock = { pid: 4711, user: "ci", host: "runner", since: "2026-01-02T03:04:05Z", alive: false };
const creating = { operation: "creating", urn: "urn:pulumi:dev::patchbay::a$b:c:Job::migrate" };

describe("what is wrong with a stack", () => {
  test("nothing", () => {
    expect(judgeStack("dev", [], [])).toEqual([]);
  });

  test("an update that died is one finding: unlock, forget what was begun, update", () => {
    expect(judgeStack("dev", [dead], [creating])).toEqual([
      {
        place: "dev",
        found:
          "a lock left behind by an update that died: process 4711 of ci on runner, since 2026-01-02T03:04:05Z; an update that died while creating migrate",
        remedy: [
          "pulumi cancel --yes -s dev",
          "pulumi refresh --yes --clear-pending-creates -s dev",
          "pulumi up -s dev",
        ],
      },
    ]);
  });

  test("an update that runs is left alone, and what it has begun is not held against it", () => {
    const [finding, ...others] = judgeStack("dev", [{ ...dead, alive: true }], [creating]);

    expect(finding?.found).toContain("an update is running");
    expect(finding?.remedy.join()).not.toContain("cancel");
    expect(others).toEqual([]);
  });

  test("a lock of another machine is not to be broken unseen", () => {
    expect(judgeStack("dev", [{ ...dead, alive: "unknown" }], [])[0]?.remedy[0]).toContain(
      "only if not: pulumi cancel",
    );
  });
});

describe("locks of a file backend", () => {
  let folder: string;
  const locks = () => locksOf(pathToFileURL(folder).href, "patchbay", "dev");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "patchbay-locks-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function lock(content: string): void {
    const place = join(folder, ".pulumi/locks/organization/patchbay/dev");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "1.json"), content);
  }

  test("none", () => {
    expect(locks()).toEqual([]);
  });

  test("one whose process runs, one whose process is gone, one of another machine", () => {
    const timestamp = "2026-01-02T03:04:05Z";
    const alive = (pid: number, host: string) => {
      lock(JSON.stringify({ pid, username: "ci", hostname: host, timestamp }));
      return locks()?.map((found) => found.alive);
    };

    expect(alive(process.pid, hostname())).toEqual([true]);
    // Larger than any process id that Linux gives out.
    expect(alive(4_194_305, hostname())).toEqual([false]);
    expect(alive(process.pid, `not-${hostname()}`)).toEqual(["unknown"]);
  });

  test("one that is half written counts, since the engine counts it", () => {
    lock('{"pid": 1');

    expect(locks()).toEqual([{ pid: 0, user: "unknown", host: "unknown", since: "unknown", alive: "unknown" }]);
  });

  test("other backends tell nobody", () => {
    expect(locksOf("s3://bucket", "patchbay", "dev")).toBeUndefined();
  });
});

test("operations that were begun and not ended are read from the exported state", () => {
  const state = {
    manifest: {},
    resources: [],
    pending_operations: [{ type: "creating", resource: { urn: creating.urn, custom: true } }],
  };

  expect(unfinishedOperations(state)).toEqual([creating]);
  expect(unfinishedOperations({ resources: [] })).toEqual([]);
  expect(unfinishedOperations(null)).toEqual([]);
});
