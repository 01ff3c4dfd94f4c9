import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { headings, page, pages, root } from "./markdown.ts";

const help = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "cli/main.ts", "--help"], {
  cwd: root,
  encoding: "utf8",
}).stdout;
const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*)(?= [[<]| {2})/gm)].map(([, name]) => name ?? "");
const { scripts } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

test.each(pages())("$file names commands of patchbay that exist", ({ text }) => {
  const named = [...text.matchAll(/npx patchbay ([a-z][a-z-]*)/g)].map(([, name]) => name);

  expect(commands).toContain("start");
  expect(named.filter((name) => !commands.includes(name ?? ""))).toEqual([]);
});

test.each(pages())("$file names npm scripts that exist", ({ text }) => {
  const named = [...text.matchAll(/npm (?:run (?:-s )?([a-z]+)|(start|stop|test)\b)/g)].map(
    ([, script, short]) => script ?? short ?? "",
  );

  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("the reference describes every command", () => {
  const described = headings(page("docs/reference/commands.md"));

  for (const command of commands.filter((name) => name !== "help")) expect(described).toContain(`patchbay ${command}`);
});
