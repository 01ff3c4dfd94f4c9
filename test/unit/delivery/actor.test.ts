import { expect, test } from "vitest";
import { actorOf } from "../../../delivery/index.ts";

const nobody = { PATH: "" };

test.each([
  [{ GITHUB_ACTOR: "ann" }, "ann (github)"],
  [{ GITLAB_USER_LOGIN: "ann", GITHUB_ACTOR: "" }, "ann (gitlab)"],
])("whoever the CI names: %j", (variables, actor) => {
  expect(actorOf(".", { ...nobody, ...variables })).toBe(actor);
});

test("git's user, where there is one", () => {
  const variables = {
    PATH: process.env.PATH,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ann Lee",
  };

  expect(actorOf(".", variables)).toBe("Ann Lee (git)");
});

test("the system's user, where nothing else is known", () => {
  expect(actorOf(".", nobody)).toMatch(/^\S+ \(system\)$/);
});
