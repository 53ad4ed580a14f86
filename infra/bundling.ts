import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const inRepository = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

export const HANDLER_ENTRY = inRepository("lambda/handler.ts");

/** The functions of the stack, each with the file that it begins with. */
export const ENTRIES = { worker: HANDLER_ENTRY, widget: inRepository("console/handler.ts") } as const;

export type FunctionName = keyof typeof ENTRIES;

/**
 * How a function is bundled into one file, for the stack, the local run and the benchmarks. It is CommonJS, because an
 * ESM bundle that imports node:https takes about 30 ms longer at a cold start. It has no source maps, which take 12 to
 * 50 ms. It reads credentials only from the environment, because Lambda has no others.
 */
export const BUNDLING = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  minify: true,
  mainFields: ["module", "main"],
  define: { "import.meta.dirname": "__dirname" },
  alias: {
    "@aws-sdk/credential-provider-node": inRepository("lambda/adapters/aws/environment-credentials.ts"),
  },
} as const satisfies BuildOptions;

/** Writes `index.js` into `folder`, the same file as in the deployed asset. */
export async function bundleHandler(folder: string, name: FunctionName = "worker"): Promise<void> {
  await build({
    ...BUNDLING,
    entryPoints: [ENTRIES[name]],
    outfile: `${folder}/index.js`,
    logLevel: "error",
  });
}
