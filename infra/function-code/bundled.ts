import { join } from "node:path";
import { buildSync } from "esbuild";
import { BUNDLING, HANDLER_ENTRY } from "../bundling.ts";

/** Writes the function's `index.js` into `folder`. In the package, packaged.ts stands in this place: see `imports` of package.json. */
export function writeFunctionCode(folder: string): void {
  buildSync({
    ...BUNDLING,
    entryPoints: [HANDLER_ENTRY],
    outfile: join(folder, "index.js"),
    logLevel: "error",
  });
}
