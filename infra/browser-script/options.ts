import { join } from "node:path";
import type { BuildOptions } from "esbuild";

/** The scripts that run in a browser, and the file that each starts with. */
const ENTRIES = {
  dashboard: "emulators/cloudwatch/browser/dashboard.ts",
  page: "console/browser/page.ts",
} as const;

export type BrowserScript = keyof typeof ENTRIES;
export const BROWSER_SCRIPTS = Object.keys(ENTRIES) as readonly BrowserScript[];

/** How a script becomes one file, for a module script of a page. Its name is `<script>.js`. */
export function optionsFor(script: BrowserScript) {
  return {
    entryPoints: { [script]: join(import.meta.dirname, "../..", ENTRIES[script]) },
    bundle: true,
    format: "esm",
    target: "es2024",
    minify: true,
    logLevel: "error",
  } as const satisfies BuildOptions;
}
