import { join } from "node:path";
import { buildSync } from "esbuild";
import { BUNDLING, HANDLER_ENTRY } from "../bundling.ts";

/** Writes the function's `index.js` into `folder`. The package uses packaged.ts instead: see `imports` in package.json. */
export function writeFunctionCode(folder: string): void {
  buildSync({
    ...BUNDLING,
    entryPoints: [HANDLER_ENTRY],
    outfile: join(folder, "index.js"),
    logLevel: "error",
  });
}
