/**
 * Stand-in for `pulumi-language-nodejs`, for machines that cannot download the official one: the language host that
 * the Pulumi engine starts to run programs, component plugins and policy packs written for Node.
 *
 * Protocol: gRPC service `pulumirpc.LanguageRuntime` of Pulumi 3.259; the port goes to the first line of stdout.
 */
import languageService from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language, { type LanguageHandshakeRequest, type RunRequest } from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { serve } from "../stand-in/serve.ts";
import { stopChildren } from "./children.ts";
import { installDependencies } from "./dependencies.ts";
import { programDependencies, requiredPackages } from "./packages.ts";
import { runPlugin } from "./run-plugin.ts";
import { runProgram } from "./run-program.ts";

// The engine passes its address as the last argument, and again in the handshake.
let engineAddress = process.argv.at(-1);

await serve(
  languageService.LanguageRuntimeService,
  {
    handshake: (request: LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return new language.LanguageHandshakeResponse();
    },
    getPluginInfo: () => {
      const info = new plugin.PluginInfo();
      info.setVersion("0.1.0");
      return info;
    },
    about: () => {
      const response = new language.AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      return response;
    },
    getRequiredPackages: requiredPackages,
    getProgramDependencies: programDependencies,
    run: (request: RunRequest) => runProgram(request, engineAddress),
    cancel: () => {
      stopChildren();
      return new empty.Empty();
    },
  },
  { installDependencies, runPlugin },
);
