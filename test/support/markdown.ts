import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of this repository, or of another folder, by its path from the root. */
export function textOf(file: string, root = ROOT): string {
  return readFileSync(join(root, file), "utf8");
}

export interface Article {
  readonly heading: string;
  readonly level: number;
  readonly body: string;
}

/** Each heading with the text below it, up to the next heading of any level. Lines in code blocks aren't headings. */
export function articlesOf(markdown: string): readonly Article[] {
  const withoutCode = markdown.replace(/^( *)```[\s\S]*?^\1```$/gm, (code) => code.replaceAll("#", " "));
  return withoutCode.split(/^(?=#+ )/m).flatMap((part) => {
    const [, marks = "", heading = ""] = /^(#+) (.+)$/m.exec(part) ?? [];
    return heading === "" ? [] : [{ heading, level: marks.length, body: part.slice(part.indexOf("\n") + 1) }];
  });
}

/** The anchors that GitHub creates for headings. */
export function anchorsIn(file: string, root = ROOT): readonly string[] {
  return articlesOf(textOf(file, root)).map(({ heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** The rows of each table that begins with this line. For each cell, the texts in backticks. */
export function tablesIn(
  markdown: string,
  head: string,
): readonly (readonly (readonly (readonly string[])[])[])[] {
  const codesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  const parts = `\n${markdown}`.split(`\n${head}\n`).slice(1);
  return parts.map((part) => {
    const [lines = ""] = part.split("\n\n");
    const [, ...rows] = lines.trimEnd().split("\n");
    return rows.map((row) => row.split(" | ").map(codesIn));
  });
}

/** Links to missing files of this repository, or of another folder, and to missing anchors in them. */
export function brokenLinks(file: string, root = ROOT): readonly string[] {
  const links = [...textOf(file, root).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : relative(root, join(root, dirname(file), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsIn(target, root).includes(anchor);
  });
}
