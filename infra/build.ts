import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, EXIT, runCommand } from "../cli/command/command.ts";
import { processIo, runAsProcess } from "../cli/command/process.ts";
import { bundleHandler } from "./bundling.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

export const buildCommand: Command = {
  name: "build",
  summary: "The function as it would be deployed",
  about: ["Bundles the function as it would be deployed, into dist/index.js."],
  flags: {},
  exit: "0 if dist/ has it",
  optionsFrom: (values) => values,
  main: async (_, { stdout }) => {
    await rm(DIST, { recursive: true, force: true });
    await mkdir(DIST);
    await bundleHandler(DIST);
    // The repository is of type "module", the bundle is CommonJS: it has to be told so where it lies.
    await writeFile(join(DIST, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
    const { size } = await stat(join(DIST, "index.js"));
    stdout.write(`dist/index.js, ${Math.round(size / 1024)} kB\n`);
    return EXIT.good;
  },
};

if (import.meta.main) await runAsProcess(() => runCommand(buildCommand, process.argv.slice(2), processIo()));
