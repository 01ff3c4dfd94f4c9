#!/usr/bin/env node
// Runs one of our programs on a fresh clone: `node toolchain/bootstrap.mjs <entry.ts> [arguments…]`.
//
// Plain JavaScript for any Node from 18 on, without npm packages: installing those, and finding a Node that can run
// TypeScript sources, is what it is for. It writes to stderr only, since a program's stdout may be evaluated by a shell.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".patchbay-stamp");
const LOCK = join(ROOT, ".patchbay", "npm-ci.lock");
const HEARTBEAT_SECONDS = 15;
/** The first Node that runs TypeScript without being asked to. */
const SUITABLE_NODE = [22, 18];

class BootstrapError extends Error {}

async function main() {
  const [entry, ...args] = process.argv.slice(2);
  if (entry === undefined) throw new BootstrapError("usage: node toolchain/bootstrap.mjs <entry.ts> [arguments…]");
  await ensureDependencies();
  const node = suitableNode();
  const env = { ...process.env, PATH: [join(MODULES, ".bin"), process.env.PATH].filter(Boolean).join(delimiter) };
  const options = { stdio: "inherit", env };
  return run(spawn(node, ["--disable-warning=ExperimentalWarning", join(ROOT, entry), ...args], options));
}

async function ensureDependencies() {
  const wanted = dependencyHash();
  if (isInstalled(wanted)) return;
  const onWait = (pid) => say(`waiting for process ${pid}, which is installing npm dependencies`);
  await withLock(
    LOCK,
    async () => {
      if (isInstalled(wanted)) return;
      rmSync(STAMP, { force: true }); // an installation that is interrupted must not count as one
      await install();
      writeFileSync(STAMP, wanted);
    },
    { onWait },
  );
}

function isInstalled(wanted) {
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === wanted;
  if (!matchesLockFile()) return false;
  writeFileSync(STAMP, wanted);
  return true;
}

/** Hash of all that decides what npm installs. */
function dependencyHash() {
  const { dependencies, devDependencies, overrides, allowScripts } = readJson(join(ROOT, "package.json"));
  return createHash("sha256")
    .update(JSON.stringify([dependencies, devDependencies, overrides, allowScripts]))
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
}

/** Whether npm was run by hand, and to its end: its own record of what is installed is the last thing that it writes. */
function matchesLockFile() {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  const wanted = Object.entries(readJson(join(ROOT, "package-lock.json")).packages);
  return wanted.every(
    ([path, { version, optional, peer }]) => path === "" || optional || peer || installed[path]?.version === version,
  );
}

async function install() {
  say("installing npm dependencies (npm ci, usually 30 s)");
  const started = Date.now();
  const heartbeat = setInterval(() => say(`… ${elapsed(started)}`), HEARTBEAT_SECONDS * 1000);
  const [command, args] = npmCommand();
  const npm = spawn(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (data) => (output += data));
  try {
    const status = await run(npm);
    if (status !== 0) throw new BootstrapError(explainNpm(status, output));
  } finally {
    clearInterval(heartbeat);
  }
  say(`installed npm dependencies in ${elapsed(started)}`);
}

/** Under `npm run` npm tells where it is; a PATH may hold another, or none. */
function npmCommand() {
  const { npm_execpath: npm } = process.env;
  return npm?.endsWith("npm-cli.js") && existsSync(npm) ? [process.execPath, [npm]] : ["npm", []];
}

function explainNpm(status, output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const said = lines.slice(0, 6).join("\n  ");
  const network = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/.test(output);
  const remedy = network
    ? "the npm registry cannot be reached: check the network, or `npm config get registry` and `proxy`"
    : "see npm's words above";
  return `npm ci failed (status ${status})\n  ${said}\n  remedy: ${remedy}, then run the command again`;
}

function suitableNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = SUITABLE_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return process.execPath;
  const installed = join(MODULES, ".bin", "node");
  if (existsSync(installed)) return installed;
  throw new BootstrapError(
    `Node ${process.versions.node} is too old for TypeScript sources, and the npm package "node" brought no other ` +
      `(npm's setting ignore-scripts prevents that): install Node ${SUITABLE_NODE.join(".")} or newer`,
  );
}

/** Waits for a child, passing signals on to it; resolves to its exit status. */
function run(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => {
    // A terminal sends Ctrl-C to all processes in its foreground: the child has got it already.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(
        new BootstrapError(
          error.code === "ENOENT" ? `found no ${error.path} on the PATH: install Node with npm` : error.message,
        ),
      );
    });
    child.once("close", (code, signal) => {
      for (const each of signals) process.off(each, forward);
      if (signal) process.kill(process.pid, signal); // so that our own parent sees what ended us
      resolve(code ?? 1);
    });
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function elapsed(started) {
  return `${Math.round((Date.now() - started) / 1000)} s`;
}

function say(text) {
  process.stderr.write(`patchbay: ${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
