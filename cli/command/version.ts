import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** That of the package in which this file lies, however deep. */
export function version(folder = import.meta.dirname): string {
  const file = join(folder, "package.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "{}";
  const { version: found } = JSON.parse(text) as { readonly version?: string };
  const parent = dirname(folder);
  // Build folders have a package.json of their own, which says only how their modules are to be read.
  return found ?? (parent === folder ? "unknown" : version(parent));
}
