import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, EXIT, runCommand } from "../../cli/command/command.ts";
import { processIo, runAsProcess } from "../../cli/command/process.ts";
import { bundleInto } from "./bundles.ts";
import { writeDeclarations } from "./declarations.ts";
import { licensesOf } from "./licenses.ts";
import { binText, packageManifest } from "./manifest.ts";
import { inRepository, MANIFEST } from "./repository.ts";

/** Files that the package takes unchanged from the repository. The runbook links the pages. */
const AS_IT_IS = [
  "LICENSE",
  "CHANGELOG.md",
  "RUNBOOK.md",
  ...["deploy", "operate", "events", "status", "security", "glossary"].map((page) => `docs/${page}.md`),
  "rotation.config.example.json",
  "rotation.config.schema.json",
];

/** Creates `folder` anew with the contents of the package, and the archive for `npm publish` next to it. Returns the path of the archive. */
export async function makePackage(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  for (const name of ["bin", "docs"]) await mkdir(join(folder, name), { recursive: true });
  const files = await bundleInto(folder);
  writeDeclarations(join(folder, "construct"));
  for (const name of AS_IT_IS) await copyFile(inRepository(name), join(folder, name));
  await writeFile(join(folder, "README.md"), await readme());
  await writeFile(join(folder, "THIRD-PARTY-LICENSES"), licensesOf(files, inRepository(".")));
  await writeFile(join(folder, "bin/losant-token-rotation.js"), binText());
  await chmod(join(folder, "bin/losant-token-rotation.js"), 0o755);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(packageManifest(), undefined, 2)}\n`);
  return packed(folder);
}

async function readme(): Promise<string> {
  const text = await readFile(inRepository("infra/package/README.md"), "utf8");
  return text.replaceAll("{version}", MANIFEST.version);
}

/** npm decides which files belong to the archive, as at `npm publish`. */
function packed(folder: string): string {
  const { status, stdout, stderr } = spawnSync("npm", ["pack", "--silent", "--pack-destination", ".."], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(stderr);
  return join(folder, "..", stdout.trim());
}

export const packageCommand: Command = {
  name: "package",
  summary: "Make the npm package",
  about: [
    "Writes what `npm publish` takes: the command and the construct, compiled, and the function as an asset.",
  ],
  flags: {},
  exit: "0 if dist/ has the archive",
  optionsFrom: (values) => values,
  main: async (_, { stdout }) => {
    const archive = await makePackage(inRepository("dist/package"));
    stdout.write(
      `Created ${archive}. Check its contents in dist/package. To publish it: npm publish ${archive}\n`,
    );
    return EXIT.good;
  },
};

if (import.meta.main)
  await runAsProcess(() => runCommand(packageCommand, process.argv.slice(2), processIo()));
