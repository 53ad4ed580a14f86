import { buildSync } from "esbuild";
import { type BrowserScript, optionsFor } from "./options.ts";

/** The code of a script for a browser. The package uses packaged.ts instead: see `imports` in package.json. */
export function browserScript(script: BrowserScript): string {
  const { outputFiles } = buildSync({ ...optionsFor(script), write: false });
  return outputFiles.map(({ text }) => text).join("");
}
