import semver from "semver";
import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";
import { selfUpdatingGo, suitableGo } from "../versions.ts";

const EXPECTED = `go ${suitableGo} or newer, or one from ${selfUpdatingGo} on, which fetches it`;
const REMEDY = "install Go from https://go.dev/dl, or install the Pulumi CLI from https://www.pulumi.com/docs/install";

/**
 * Environment for running `go` on one of our modules.
 *
 * @throws ToolchainError `go-missing` or `go-too-old`
 */
export async function goEnvironment(environment: NodeJS.ProcessEnv = process.env): Promise<NodeJS.ProcessEnv> {
  const { status, stdout } = await runCommand("go", ["version"], { env: { ...environment, GOTOOLCHAIN: "local" } });
  if (status !== 0) throw unusable("go-missing", "no go on the PATH");
  const version = goVersion(stdout);
  if (!version || semver.lt(version, selfUpdatingGo)) throw unusable("go-too-old", stdout.trim());
  return {
    ...environment,
    // Debian's Go and a user's settings may forbid fetching the Go that a module asks for, or change what is built.
    ...(semver.lt(version, suitableGo) && { GOTOOLCHAIN: "auto" }),
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
  };
}

/** `go version go1.26.8 linux/amd64` -> `1.26.8`; pre-releases count as their release. */
export function goVersion(output: string): string | undefined {
  return semver.coerce(/\bgo(\d+\.\d+(\.\d+)?)/.exec(output)?.[1])?.version;
}

function unusable(code: string, found: string): ToolchainError {
  return new ToolchainError({
    code,
    problem: "The Pulumi engine and the embedded cluster cannot be built here, nor can they be downloaded",
    found,
    expected: EXPECTED,
    remedy: REMEDY,
  });
}
