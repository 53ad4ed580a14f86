import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { browserScript } from "./bundled.ts";

/** The package contains the scripts for browsers, in the folder of this code. */
const readScript: typeof browserScript = (script) =>
  readFileSync(join(import.meta.dirname, `${script}.js`), "utf8");

// Replaces bundled.ts in the package: see `imports` in package.json.
export { readScript as browserScript };
