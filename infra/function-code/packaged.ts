import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { writeFunctionCode as Bundled } from "./bundled.ts";

/** The package holds the function as it was bundled for its release, in a folder beside that of this code. */
export const writeFunctionCode: typeof Bundled = (folder) =>
  copyFileSync(join(import.meta.dirname, "../function/index.js"), join(folder, "index.js"));
