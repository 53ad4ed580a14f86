import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version of the package that contains this file. */
export function version(folder = import.meta.dirname): string {
  const file = join(folder, "package.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "{}";
  const { version: found } = JSON.parse(text) as { readonly version?: string };
  const parent = dirname(folder);
  // Build folders have their own package.json without a version, which only sets the type of their modules.
  return found ?? (parent === folder ? "unknown" : version(parent));
}
