import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Names and licences of the packages that these files belong to, with the full text if there is one, because most licences require it. */
export function licensesOf(files: readonly string[], root: string): string {
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const sections = [...new Set(folders)].flatMap((folder) =>
    folder === undefined ? [] : [sectionOf(join(root, folder))],
  );
  const intro = "This package includes code from the following packages.\n";
  return [intro, ...sections.sort()].join(`\n${"-".repeat(80)}\n\n`);
}

function sectionOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Bundled;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  if (license === undefined) throw new Error(`${name} has no licence`);
  return `${name} ${version}: ${license}\n${text}`;
}
