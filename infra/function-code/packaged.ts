import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { writeFunctionCode } from "./bundled.ts";

/** The package contains the bundled functions, in folders next to the folder of this code. */
const FOLDERS = { worker: "function", widget: "widget" } as const;

const copyFunctionCode: typeof writeFunctionCode = (folder, name = "worker") =>
  copyFileSync(join(import.meta.dirname, "..", FOLDERS[name], "index.js"), join(folder, "index.js"));

// Replaces bundled.ts in the package: see `imports` in package.json.
export { copyFunctionCode as writeFunctionCode };
