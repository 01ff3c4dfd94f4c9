import { existsSync, readFileSync } from "node:fs";
import { ToolchainError } from "../errors.ts";
import { isAlive, readRecord, startProgram } from "./processes.ts";
import { logFile, type ProgramName } from "./programs.ts";
import type { ClusterSetup } from "./setup.ts";
import type { Waiting } from "./until.ts";

/** A cluster that is being started. */
export interface Launch {
  /** Folder of the programs. */
  readonly binaries: string;
  readonly setup: ClusterSetup;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** A program of the cluster that ended while the cluster was starting. */
export class ProgramEnded extends ToolchainError {
  readonly program: ProgramName;

  constructor(program: ProgramName, log: string) {
    super({
      code: "cluster-program-ended",
      problem: "The embedded cluster did not start",
      found: `${program} ended: ${lastWords(log)}`,
      expected: "it to run",
      remedy: `see ${log}`,
    });
    this.program = program;
  }
}

const START_SECONDS = 90;

export function startAll(names: readonly ProgramName[], launch: Launch): void {
  for (const name of names) {
    launch.signal.throwIfAborted();
    startProgram(name, launch.binaries, launch.setup);
  }
}

/** Waiting that ends as soon as one of the programs has. */
export function waitingFor(names: readonly ProgramName[], { setup, signal }: Launch): Waiting {
  return {
    timeoutSeconds: START_SECONDS,
    signal,
    check: () => {
      const record = readRecord(setup.layout);
      const ended = names.find((name) => !isAlive(name, record));
      if (ended !== undefined) throw new ProgramEnded(ended, logFile(ended, setup.layout));
    },
    tooLate: () =>
      new ToolchainError({
        code: "cluster-not-ready",
        problem: "The embedded cluster did not get ready",
        found: `its programs run, but it was not ready after ${START_SECONDS} s`,
        expected: "it to be ready within seconds",
        remedy: `see the logs in ${setup.layout.logs}; a machine under heavy load may just need another try`,
      }),
  };
}

function lastWords(log: string): string {
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  const telling = lines.filter((line) => /^[EF]\d{4}|"level":"(error|fatal|panic)"|rror/.test(line));
  return (telling.at(-1) ?? lines.at(-1) ?? "it could not be run").slice(0, 500);
}
