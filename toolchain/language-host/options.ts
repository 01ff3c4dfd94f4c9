import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

/** `runtime.options` of a Pulumi.yaml, as far as the stand-in knows them. */
export interface RuntimeOptions {
  /** Whether the SDK compiles TypeScript with ts-node. Default: true. */
  readonly typescript: boolean;
  readonly tsconfig?: string;
  /** Arguments for Node, split at spaces. */
  readonly nodeargs: readonly string[];
}

export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
  const { typescript, tsconfig, nodeargs } = options;
  return {
    typescript: typescript !== false,
    ...(typeof tsconfig === "string" && { tsconfig }),
    nodeargs: typeof nodeargs === "string" ? nodeargs.split(" ").filter((argument) => argument !== "") : [],
  };
}

/** How the SDK is told of them. */
export function optionsEnvironment(options: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
    ...(options.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}
