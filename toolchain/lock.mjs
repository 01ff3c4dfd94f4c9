// Plain JavaScript, because bootstrap.mjs needs it where Node cannot run TypeScript yet.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning, processIdentity } from "./process-identity.mjs";

const POLL_MILLISECONDS = 50;

/**
 * Runs `work` while this process alone, of all on this machine, holds the lock file. The lock of a process that died
 * without releasing it, even by kill -9, is taken over.
 *
 * @template T
 * @param {string} path the lock file; its folder is created
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holderPid: number) => void }} [options] `onWait` is called once, when another holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const claim = JSON.stringify({
    pid: process.pid,
    identity: processIdentity(process.pid),
    nonce: randomBytes(8).toString("hex"),
  });
  let told = false;
  while (!create(path, claim)) {
    const holder = read(path);
    if (holder && !isRunning(holder)) {
      takeAway(path, claim);
      continue;
    }
    if (holder && !told) options.onWait?.(holder.pid);
    told ||= holder !== undefined;
    await delay(POLL_MILLISECONDS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Creates the file with its content in one step: linking is atomic where writing is not. */
function create(path, content) {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return { pid: 0, identity: "" }; // a disk that was full: nobody holds it
    throw error;
  }
}

/**
 * Removes a dead holder's lock. Of several waiters just one may, and only after it has looked again: else a slower one
 * would remove the lock that a faster one has just taken.
 */
function takeAway(path, claim) {
  const guard = `${path}.takeover`;
  if (!create(guard, claim)) {
    const taker = read(guard);
    if (taker && !isRunning(taker)) rmSync(guard, { force: true });
    return;
  }
  try {
    const holder = read(path);
    if (holder && !isRunning(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}
