import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withLock } from "../../../toolchain/lock.mjs";
import { isRunning, processIdentity } from "../../../toolchain/process-identity.mjs";

let folder: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "patchbay-lock-"));
  lock = join(folder, "below", "lock");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that holds the lock until it is killed. */
async function holderProcess(): Promise<ChildProcess> {
  const module = JSON.stringify(join(import.meta.dirname, "../../../toolchain/lock.mjs"));
  const program = `
    import { withLock } from ${module};
    await withLock(${JSON.stringify(lock)}, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

describe("withLock", () => {
  test("lets one in at a time, and leaves nothing behind", async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await delay(5);
      inside--;
    };

    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);

    expect(most).toBe(1);
    expect(readdirSync(join(folder, "below"))).toEqual([]);
  });

  test("is released when the work fails", async () => {
    await expect(withLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");

    await expect(withLock(lock, () => Promise.resolve("yes"))).resolves.toBe("yes");
  });

  test("waits for another process, tells of it once, and takes over when that is killed", async () => {
    const holder = await holderProcess();
    const onWait = vi.fn<(pid: number) => void>();
    let entered = false;
    const waiting = withLock(
      lock,
      () => {
        entered = true;
        return Promise.resolve();
      },
      { onWait },
    );
    await vi.waitFor(() => {
      expect(onWait).toHaveBeenCalledExactlyOnceWith(holder.pid);
    });
    expect(entered).toBe(false);

    holder.kill("SIGKILL");
    await waiting;

    expect(entered).toBe(true);
    expect(onWait).toHaveBeenCalledOnce();
  });

  test("of many that find a dead holder, still one at a time gets in", async () => {
    const holder = await holderProcess();
    holder.kill("SIGKILL");
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await delay(1);
      inside--;
    };

    await Promise.all(Array.from({ length: 20 }, () => withLock(lock, work)));

    expect(most).toBe(1);
  });

  test.each([
    ["a pid that another process has got since", JSON.stringify({ pid: process.pid, identity: "an older process" })],
    ["half a file", '{"pid":'],
    ["an empty file", ""],
  ])("%s holds nothing", async (_what, content) => {
    await withLock(lock, () => Promise.resolve());
    writeFileSync(lock, content);

    await withLock(lock, () => Promise.resolve());

    expect(existsSync(lock)).toBe(false);
  });
});

describe("processIdentity", () => {
  test("is the same for as long as a process runs, and nothing afterwards", async () => {
    const child = spawn("sleep", ["60"]);
    children.push(child);
    const pid = child.pid ?? 0;
    const identity = processIdentity(pid) ?? "";
    expect(identity).not.toBe("");
    expect(isRunning({ pid, identity })).toBe(true);

    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;

    expect(processIdentity(pid)).toBeUndefined();
    expect(isRunning({ pid, identity })).toBe(false);
  });

  test("tells processes apart", () => {
    expect(processIdentity(process.pid)).not.toBe(processIdentity(process.ppid));
    expect(isRunning({ pid: process.pid, identity: processIdentity(process.ppid) ?? "" })).toBe(false);
  });
});
