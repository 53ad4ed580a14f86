import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, EXIT, runCommand } from "../../cli/command/command.ts";
import { processIo, runAsProcess } from "../../cli/command/process.ts";
import { bundleInto } from "./bundles.ts";
import { writeDeclarations } from "./declarations.ts";
import { licensesOf } from "./licenses.ts";
import { binText, packageManifest } from "./manifest.ts";
import { writePages } from "./pages.ts";
import { inRepository } from "./repository.ts";

/** Files and folders that the package takes unchanged from the repository. */
const AS_IT_IS = ["LICENSE", "docs/events", "rotation.config.example.json", "rotation.config.schema.json"];

/** Creates `folder` anew with the contents of the package, and the archive for `npm publish` next to it. Returns the path of the archive. */
export async function makePackage(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "bin"), { recursive: true });
  const files = await bundleInto(folder);
  writeDeclarations(join(folder, "construct"));
  await writeTexts(folder);
  await writeFile(join(folder, "THIRD-PARTY-LICENSES"), licensesOf(files, inRepository(".")));
  await writeFile(join(folder, "bin/losant-token-rotation.js"), binText());
  await chmod(join(folder, "bin/losant-token-rotation.js"), 0o755);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(packageManifest(), undefined, 2)}\n`);
  return packed(folder);
}

/** What a reader of the package finds: its pages, and the files that they link. */
export async function writeTexts(folder: string): Promise<void> {
  for (const name of AS_IT_IS) await cp(inRepository(name), join(folder, name), { recursive: true });
  await writePages(folder);
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
