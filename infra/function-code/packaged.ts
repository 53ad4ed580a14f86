import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { writeFunctionCode } from "./bundled.ts";

/** The package contains the bundled function, in a folder next to the folder of this code. */
const copyFunctionCode: typeof writeFunctionCode = (folder) =>
  copyFileSync(join(import.meta.dirname, "../function/index.js"), join(folder, "index.js"));

// Replaces bundled.ts in the package: see `imports` in package.json.
export { copyFunctionCode as writeFunctionCode };
