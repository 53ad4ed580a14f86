import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { inRepository, MANIFEST } from "./repository.ts";

/** The pages that the package takes from the repository. The runbook and the README link them. */
const PAGES = [
  "CHANGELOG.md",
  "RUNBOOK.md",
  ...["deploy", "operate", "events", "status", "security", "glossary", "console"].map(
    (page) => `docs/${page}.md`,
  ),
];

/** The chapters of the repository's README that the package's README has too. */
const CHAPTERS = /^## Configuration\n[\s\S]*?(?=^## Where to read on\n)/m;

/** Writes the pages of the package. All other files that they link must be in the folder already. */
export async function writePages(folder: string): Promise<void> {
  const pages = new Map([["README.md", await readme()]]);
  for (const page of PAGES) pages.set(page, await readFile(inRepository(page), "utf8"));
  const isIncluded = (path: string) => pages.has(path) || existsSync(join(folder, path));
  for (const [page, text] of pages)
    await writeFile(join(folder, page), withoutDeadLinks(text, page, isIncluded));
}

async function readme(): Promise<string> {
  const own = await readFile(inRepository("infra/package/README.md"), "utf8");
  const [chapters = ""] = CHAPTERS.exec(await readFile(inRepository("README.md"), "utf8")) ?? [];
  return own.replaceAll("{version}", MANIFEST.version).replace("{chapters}\n\n", () => chapters);
}

const LINK = /\[(?<words>[^\]]+)\]\((?!https?:|#)(?<target>[^)#\s]+)(?:#[^)]*)?\)/g;

/** Only the words stay of a link to a file that the package doesn't contain. */
function withoutDeadLinks(text: string, page: string, isIncluded: (path: string) => boolean): string {
  return text.replace(LINK, (link: string, words: string, target: string) =>
    isIncluded(posix.join(posix.dirname(page), target)) ? link : `${words} (in the repository)`,
  );
}
