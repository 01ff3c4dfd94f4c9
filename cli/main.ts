#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { PatchbayError } from "../model/problem.ts";

/*
 * Commands load what they need when they run: help, and a mistyped call, cost nothing.
 */

/** Loaded when a command runs, not when its help is read. */
async function here() {
  const { projectAt } = await import("./project.ts");
  return projectAt(process.cwd());
}

const program = new Command("patchbay")
  .description(
    "Ship plugins into a platform and wire them to other systems. The main door is pulumi preview and pulumi up; this adds what they lack.",
  )
  .exitOverride()
  .showHelpAfterError("(patchbay --help shows the commands)");

program
  .command("start")
  .description("set everything up, and bring an environment up")
  .option("--context <name>", "a context of your kubeconfig, instead of the embedded cluster")
  .addOption(
    new Option("--node <kind>", "the embedded cluster's nodes; real where the machine can, if absent")
      .choices(["real", "simulated"])
      .conflicts("context"),
  )
  .option("--environment <name>", "the environment to bring up", "dev")
  .action(async (options: { context?: string; node?: "real" | "simulated"; environment: string }) => {
    const { start } = await import("./start.ts");
    await start({ project: await here(), ...options });
  });

program
  .command("deploy")
  .argument("<environment>", "the environment to update")
  .option("--message <text>", "what the update is for, for the record; what it changes, if absent")
  .option("--yes", "do not ask before the update", false)
  .option("--mend", "put back first what was changed by hand", false)
  .description("preview, update and verify an environment; roll back to the last good deployment if that fails")
  .addHelpText("after", "\nExit status: 0 deployed or nothing to do, 1 failed (rolled back or not), 2 wrong call.\n")
  .action(async (environment: string, options: { message?: string; yes: boolean; mend: boolean }) => {
    const { deploy } = await import("./deploy.ts");
    await deploy({ project: await here(), environment, ...options });
  });

program
  .command("drift")
  .argument("<environment>", "the environment to look at")
  .option("--json", "as JSON", false)
  .description("show what somebody changed in the cluster by hand since the last update")
  .addHelpText("after", "\nExit status: 0 no drift, 1 drift, 2 wrong call.\n")
  .action(async (environment: string, options: { json: boolean }) => {
    const { drift } = await import("./drift.ts");
    await drift(await here(), environment, options);
  });

program
  .command("stop")
  .description("end the embedded cluster; what it holds stays")
  .action(async () => {
    const { stop } = await import("./stop.ts");
    await stop(await here());
  });

program
  .command("env")
  .description('print the variables that make pulumi and kubectl work by hand: eval "$(npm run -s env)"')
  .action(async () => {
    const { printEnvironment } = await import("./env.ts");
    await printEnvironment(await here());
  });

program
  .command("doctor")
  .argument("[environment]", "look at this environment only")
  .description("say what is wrong with locks, unfinished updates and the cluster, and what to do")
  .action(async (environment?: string) => {
    const { doctor } = await import("./doctor.ts");
    await doctor(await here(), environment);
  });

program
  .command("digest")
  .argument("<release...>", "plugin@version")
  .description("print the digest of releases in the catalog, as Pulumi.<environment>.yaml names it")
  .action(async (releases: string[]) => {
    const { printDigests } = await import("./digest.ts");
    printDigests(await here(), releases);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, without a stack trace, and returns the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.PATCHBAY_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  return error instanceof PatchbayError ? error.exitStatus : 1;
}
