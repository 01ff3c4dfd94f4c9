import { spawn } from "node:child_process";
import type { ServerWritableStream } from "@grpc/grpc-js";
import language, {
  type InstallDependenciesRequest,
  type InstallDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import { exitStatus } from "./children.ts";

/** `pulumi install`: `npm install` in the program's folder, its output streamed. */
export async function installDependencies(
  call: ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>,
): Promise<void> {
  const npm = spawn("npm", ["install"], {
    cwd: call.request.getDirectory(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  npm.stdout.on("data", (data: Buffer) => {
    const response = new language.InstallDependenciesResponse();
    response.setStdout(data);
    call.write(response);
  });
  npm.stderr.on("data", (data: Buffer) => {
    const response = new language.InstallDependenciesResponse();
    response.setStderr(data);
    call.write(response);
  });
  const status = await exitStatus(npm);
  if (status !== 0) throw new Error(`npm install failed in ${call.request.getDirectory()} (status ${status})`);
}
