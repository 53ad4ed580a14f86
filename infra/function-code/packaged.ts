import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { writeFunctionCode } from "./bundled.ts";

/** The package holds the function as it was bundled for its release, in a folder beside that of this code. */
const copyFunctionCode: typeof writeFunctionCode = (folder) =>
  copyFileSync(join(import.meta.dirname, "../function/index.js"), join(folder, "index.js"));

// Stands in the place of bundled.ts: see `imports` of package.json.
export { copyFunctionCode as writeFunctionCode };
