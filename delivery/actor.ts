import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";

/** Who deploys, and how that is known: `Ann (git)`. */
export function actorOf(project: string, variables: NodeJS.ProcessEnv = process.env): string {
  const { GITHUB_ACTOR, GITLAB_USER_LOGIN } = variables;
  if (GITHUB_ACTOR !== undefined && GITHUB_ACTOR !== "") return `${GITHUB_ACTOR} (github)`;
  if (GITLAB_USER_LOGIN !== undefined && GITLAB_USER_LOGIN !== "") return `${GITLAB_USER_LOGIN} (gitlab)`;
  const { stdout } = spawnSync("git", ["config", "user.name"], { cwd: project, encoding: "utf8", env: variables });
  // Without git there is no output at all.
  const name = (stdout as string | null)?.trim() ?? "";
  return name === "" ? `${userInfo().username} (system)` : `${name} (git)`;
}
