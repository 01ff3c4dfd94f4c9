import type { ServerWritableStream } from "@grpc/grpc-js";
import language, { type RunPluginRequest, type RunPluginResponse } from "@pulumi/pulumi/proto/language_pb.js";
import { exitStatus, startNode } from "./children.ts";
import { optionsEnvironment, runtimeOptions } from "./options.ts";
import { sdkFile } from "./sdk.ts";

/** Runs a component plugin or a policy pack, streaming what it writes and, last, its exit status. */
export async function runPlugin(call: ServerWritableStream<RunPluginRequest, RunPluginResponse>): Promise<void> {
  const { request } = call;
  const options = runtimeOptions(request.getInfo());
  const { args, cwd } = pluginCommand(request);
  const child = startNode([...options.nodeargs, ...args], {
    cwd,
    env: { ...environmentOf(request.getEnvList()), ...optionsEnvironment(options) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.on("cancelled", () => {
    child.kill();
  });
  child.stdout?.on("data", (data: Buffer) => {
    call.write(answer((response) => response.setStdout(data)));
  });
  child.stderr?.on("data", (data: Buffer) => {
    call.write(answer((response) => response.setStderr(data)));
  });
  const status = await exitStatus(child);
  call.write(answer((response) => response.setExitcode(typeof status === "number" ? status : 1)));
}

/** The SDK's two runners take the plugin's folder and its arguments in different orders. */
export function pluginCommand(request: RunPluginRequest): { args: string[]; cwd: string } {
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
  if (request.getKind() === "analyzer") {
    const runner = sdkFile(directory, "cmd/run-policy-pack/index.js");
    return { args: [runner, ...request.getArgsList(), directory], cwd: directory };
  }
  const runner = sdkFile(directory, "cmd/run-plugin/index.js");
  return { args: [runner, directory, ...request.getArgsList()], cwd: request.getPwd() };
}

function environmentOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const separator = entry.indexOf("=", 1);
      return [entry.slice(0, separator), entry.slice(separator + 1)];
    }),
  );
}

function answer(fill: (response: RunPluginResponse) => unknown): RunPluginResponse {
  const response = new language.RunPluginResponse();
  fill(response);
  return response;
}
