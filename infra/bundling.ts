import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const inLambda = (file: string) => fileURLToPath(new URL(`../lambda/${file}`, import.meta.url));

export const HANDLER_ENTRY = inLambda("handler.ts");

/**
 * How the handler becomes one file: the stack, the local run and the benchmarks bundle it alike. CommonJS, because an
 * ESM bundle that imports node:https pays some 30 ms more at a cold start; no source maps, which cost 12 to 50 ms; and
 * credentials from the environment alone, since Lambda has no others.
 */
export const BUNDLING = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  minify: true,
  mainFields: ["module", "main"],
  define: { "import.meta.dirname": "__dirname" },
  alias: { "@aws-sdk/credential-provider-node": inLambda("adapters/aws/environment-credentials.ts") },
} as const satisfies BuildOptions;

/** Writes `index.js`, as it stands in the deployed asset, into `folder`. */
export async function bundleHandler(folder: string): Promise<void> {
  await build({
    ...BUNDLING,
    entryPoints: [HANDLER_ENTRY],
    outfile: `${folder}/index.js`,
    logLevel: "error",
  });
}
