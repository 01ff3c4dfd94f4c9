import { globSync, readFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");

/** A Markdown file of ours, with what tests look for in it. */
export interface Page {
  /** Path in the project. */
  readonly file: string;
  readonly text: string;
}

/** README, the other pages at the root, those of the examples, and all of docs. */
export function pages(): readonly Page[] {
  return globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root })
    .sort()
    .map((file) => ({ file, text: readFileSync(resolve(root, file), "utf8") }));
}

export function page(file: string): Page {
  return { file, text: readFileSync(resolve(root, file), "utf8") };
}

/** The contents of code blocks in a language. */
export function codeBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].flatMap(([, , tag, code]) =>
    tag === language && code !== undefined ? [code] : [],
  );
}

/** Text without code blocks, whose brackets mean something else. */
function prose({ text }: Page): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "");
}

/** Links to files of the project: the path there, and the heading after `#`. */
export function localLinks(source: Page): { readonly target: string; readonly heading: string }[] {
  return [...prose(source).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", heading = ""] = link.split("#");
    return [{ target: path === "" ? source.file : posix.join(dirname(source.file), path), heading }];
  });
}

/** The headings of a page, without marks. */
export function headings(source: Page): string[] {
  return [...prose(source).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading.replaceAll("`", ""));
}
