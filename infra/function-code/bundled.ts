import { join } from "node:path";
import { buildSync } from "esbuild";
import { BUNDLING, ENTRIES, type FunctionName } from "../bundling.ts";

/** Writes the `index.js` of a function into `folder`. The package uses packaged.ts instead: see `imports` in package.json. */
export function writeFunctionCode(folder: string, name: FunctionName = "worker"): void {
  buildSync({
    ...BUNDLING,
    entryPoints: [ENTRIES[name]],
    outfile: join(folder, "index.js"),
    logLevel: "error",
  });
}
