import { type BuildOptions, build, type Metafile } from "esbuild";
import { BUNDLING, HANDLER_ENTRY } from "../bundling.ts";
import { inRepository } from "./repository.ts";

/** The oldest Node.js that the package runs on. The function always runs on Lambda's own. */
export const OLDEST_NODE = 22;

const COMMON = {
  bundle: true,
  platform: "node",
  target: `node${OLDEST_NODE}`,
  mainFields: ["module", "main"],
  // See `imports` of package.json: the package holds the function bundled, and needs no bundler.
  conditions: ["packaged"],
  metafile: true,
  logLevel: "error",
} as const satisfies BuildOptions;

/** Writes all code of the package into `folder`, and returns the files that it was made of. */
export async function bundleInto(folder: string): Promise<readonly string[]> {
  const metafiles = [
    await bundleFunction(folder),
    await bundleConstruct(folder),
    await bundleCommand(folder),
  ];
  return [...new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)))];
}

/** What the stack deploys, byte for byte. */
async function bundleFunction(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...BUNDLING,
    entryPoints: [HANDLER_ENTRY],
    outfile: `${folder}/function/index.js`,
    metafile: true,
    logLevel: "error",
  });
  return metafile;
}

/** One CommonJS module: CDK apps of either kind load it, and always the same copy. */
async function bundleConstruct(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    format: "cjs",
    entryPoints: [inRepository("infra/index.ts")],
    outfile: `${folder}/construct/index.js`,
    external: ["aws-cdk-lib", "constructs"],
    define: { "import.meta.dirname": "__dirname" },
  });
  return metafile;
}

/** ES modules: the ways of the AWS SDK to find credentials are loaded only where they are used. */
async function bundleCommand(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    format: "esm",
    splitting: true,
    entryPoints: {
      "losant-token-rotation": inRepository("cli/losant-token-rotation.ts"),
      "demo-invoke": inRepository("demo/invoke.ts"),
    },
    outdir: `${folder}/command`,
    outExtension: { ".js": ".mjs" },
    // Bundled together, no command may take itself for the program that was started.
    define: { "import.meta.main": "false" },
    // Some packages are CommonJS, and ask for Node's own modules by `require`.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
  });
  return metafile;
}
