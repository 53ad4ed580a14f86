import { type BuildOptions, build, type Metafile } from "esbuild";
import { BROWSER_SCRIPTS, type BrowserScript, optionsFor } from "../browser-script/options.ts";
import { BUNDLING, ENTRIES, type FunctionName } from "../bundling.ts";
import { inRepository } from "./repository.ts";

/** The oldest Node.js that the package supports. The function always runs on Lambda's Node.js. */
export const OLDEST_NODE = 22;

const COMMON = {
  bundle: true,
  platform: "node",
  target: `node${OLDEST_NODE}`,
  mainFields: ["module", "main"],
  // See `imports` in package.json: the package contains the bundled function, and needs no bundler.
  conditions: ["packaged"],
  metafile: true,
  logLevel: "error",
} as const satisfies BuildOptions;

/** Writes all code of the package into `folder`, and returns its source files. */
export async function bundleInto(folder: string): Promise<readonly string[]> {
  const metafiles = [
    await bundleFunction(folder, "worker", "function"),
    await bundleFunction(folder, "widget", "widget"),
    await bundleConstruct(folder),
    await bundleCommand(folder),
    ...(await Promise.all(BROWSER_SCRIPTS.map((script) => bundleScript(script, folder)))),
  ];
  return [...new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)))];
}

/** The same file that the stack deploys, byte for byte. */
async function bundleFunction(folder: string, name: FunctionName, subfolder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...BUNDLING,
    entryPoints: [ENTRIES[name]],
    outfile: `${folder}/${subfolder}/index.js`,
    metafile: true,
    logLevel: "error",
  });
  return metafile;
}

/** One CommonJS module: CommonJS apps and ES modules can load it, and both get the same copy. */
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

/** ES modules, so that the AWS SDK's credential providers are loaded only when they are used. */
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
    // Some packages are CommonJS, and load Node's own modules with `require`.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
  });
  return metafile;
}

/** Next to the command, which serves them. */
async function bundleScript(script: BrowserScript, folder: string): Promise<Metafile> {
  const { metafile } = await build({ ...optionsFor(script), outdir: `${folder}/command`, metafile: true });
  return metafile;
}
