import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, EXIT, runCommand } from "../cli/command/command.ts";
import { processIo, runAsProcess } from "../cli/command/process.ts";
import { bundleHandler } from "./bundling.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

export const buildCommand: Command = {
  name: "build",
  summary: "Bundle the function",
  about: ["Bundles the function into dist/index.js, in the same way as a deployment."],
  flags: {},
  exit: "0 if dist/index.js was written",
  optionsFrom: (values) => values,
  main: async (_, { stdout }) => {
    await rm(DIST, { recursive: true, force: true });
    await mkdir(DIST);
    await bundleHandler(DIST);
    // The repository has the type "module", but the bundle is CommonJS, so its folder needs its own package.json.
    await writeFile(join(DIST, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
    const { size } = await stat(join(DIST, "index.js"));
    stdout.write(`dist/index.js, ${Math.round(size / 1024)} kB\n`);
    return EXIT.good;
  },
};

if (import.meta.main) await runAsProcess(() => runCommand(buildCommand, process.argv.slice(2), processIo()));
