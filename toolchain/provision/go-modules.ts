import { runCommand } from "../command.ts";
import { ToolchainError } from "../errors.ts";

/**
 * Folder with the files of a Go module that the module in `cwd` requires; downloads it where needed.
 *
 * @throws ToolchainError `module-unavailable`
 */
export async function moduleDirectory(
  path: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const { status, stdout, tail } = await runCommand("go", ["mod", "download", "-json", path], options);
  const answer = status === 0 ? (JSON.parse(stdout) as { readonly Dir?: string }) : {};
  if (answer.Dir !== undefined) return answer.Dir;
  throw new ToolchainError({
    code: "module-unavailable",
    problem: `The Go module ${path} cannot be had`,
    found: tail.split("\n").slice(-3).join(" / "),
    expected: "a Go module proxy that serves it",
    remedy: "check the network, or set GOPROXY to a Go module proxy that can be reached",
  });
}
