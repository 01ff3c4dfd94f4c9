// Plain JavaScript, because bootstrap.mjs needs it where Node cannot run TypeScript yet.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same pid: its start time, with the boot it belongs to.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs (a zombie has ended).
 */
export function processIdentity(pid) {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** @param {{ pid: number, identity: string }} recorded */
export function isRunning(recorded) {
  return processIdentity(recorded.pid) === recorded.identity;
}

function fromProc(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined; // the kernel has no entry for a process that is gone
  }
  // The second field, the program's name, may hold spaces and parentheses: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return undefined;
  const ticksSinceBoot = fields[19];
  return `${bootId()}/${ticksSinceBoot}`;
}

let knownBootId;
function bootId() {
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return knownBootId;
}

function fromPs(pid) {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined; // ps exits with 1 when it finds no such process
  }
}
