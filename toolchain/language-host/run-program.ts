import language, { type RunRequest, type RunResponse } from "@pulumi/pulumi/proto/language_pb.js";
import { exitStatus, startNode } from "./children.ts";
import { optionsEnvironment, runtimeOptions } from "./options.ts";
import { sdkFile } from "./sdk.ts";

/** The SDK's exit status for "the user has been told already": the engine then adds no message of its own. */
const BAIL_STATUS = 32;

/** The longest single variable that Linux hands to a program, in bytes (MAX_ARG_STRLEN). */
const longestVariable = 128 * 1024;

/** Runs a program to its end; its output is the host's, which the engine shows. */
export async function runProgram(request: RunRequest, engineAddress: string | undefined): Promise<RunResponse> {
  const config = JSON.stringify(Object.fromEntries(request.getConfigMap().toArray()));
  if (Buffer.byteLength(`PULUMI_CONFIG=${config}`) >= longestVariable) return refusal(config);
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const options = runtimeOptions(info);
  const child = startNode([...options.nodeargs, ...programArguments(request, directory, engineAddress)], {
    cwd: directory,
    env: {
      ...process.env,
      ...optionsEnvironment(options),
      PULUMI_CONFIG: config,
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return outcome(await exitStatus(child));
}

/** Said here, since the program cannot even be started to say it. */
function refusal(config: string): RunResponse {
  const response = new language.RunResponse();
  const found = `${String(Buffer.byteLength(config))} bytes of configuration`;
  const expected = "less than 128 KiB: the program gets it as one environment variable, and Linux takes no longer one";
  response.setError(
    `the program was not started\n  found     ${found}\n  expected  ${expected}\n  remedy    split the environment into two stacks`,
  );
  return response;
}

/** Command line of `@pulumi/pulumi/cmd/run`. */
export function programArguments(request: RunRequest, directory: string, engineAddress: string | undefined): string[] {
  const flags: Record<string, string | undefined> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": request.getInfo()?.getRootDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    sdkFile(directory, "cmd/run/index.js"),
    ...Object.entries(flags).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
}

export function outcome(status: number | NodeJS.Signals): RunResponse {
  const response = new language.RunResponse();
  if (status === 0) return response;
  if (status === BAIL_STATUS) response.setBail(true);
  else if (typeof status === "number") response.setError(`the program exited with status ${status}`);
  else response.setError(`the program was ended by ${status}`);
  return response;
}
