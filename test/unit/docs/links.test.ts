import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { slug } from "../../../docs/generate/tables.ts";
import { headings, localLinks, page, pages, root } from "./markdown.ts";

describe.each(pages())("$file", (source) => {
  test("links to files that are there", () => {
    const broken = localLinks(source).filter(({ target }) => !existsSync(resolve(root, target)));

    expect(broken).toEqual([]);
  });

  test("links to headings that are there", () => {
    const broken = localLinks(source)
      .filter(({ target, heading }) => heading !== "" && target.endsWith(".md"))
      .filter(({ target, heading }) => !headings(page(target)).map(slug).includes(heading));

    expect(broken).toEqual([]);
  });

  test("has one title, and no heading twice", () => {
    const all = headings(source);

    expect(source.text.match(/^# /gm)).not.toBeNull();
    // A changelog repeats "Added"; nothing links there.
    if (source.file !== "CHANGELOG.md") expect(new Set(all.map(slug)).size).toBe(all.length);
  });
});
