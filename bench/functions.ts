import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { BUNDLING, bundleHandler, HANDLER_ENTRY } from "../infra/bundling.ts";
import type { LocalFunction } from "./cold/run.ts";

/** The compared functions, bundled in the same way. Each is in a temporary folder while this process runs. */
export interface Functions {
  readonly empty: LocalFunction;
  readonly worker: LocalFunction;
  /** The worker as it was before it read credentials only from the environment. */
  readonly wholeChain: LocalFunction;
  readonly firstDraft: LocalFunction;
  /** Undefined if python3 has no boto3. */
  readonly template: LocalFunction | undefined;
  /** A copy of the worker with its configuration in a file next to it, as when it is deployed. */
  workerWith(config: object): LocalFunction;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function buildFunctions(): Promise<Functions> {
  const root = mkdtempSync(join(tmpdir(), "losant-token-rotation-bench-"));
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  const folderOf = (name: string) => {
    const folder = join(root, name);
    mkdirSync(folder);
    return folder;
  };
  const [empty, worker, wholeChain, firstDraft] = ["empty", "worker", "whole-chain", "first-draft"].map(
    folderOf,
  ) as [string, string, string, string];
  writeFileSync(join(empty, "index.js"), "exports.handler = async () => ({});\n");
  await bundleHandler(worker);
  await bundle(HANDLER_ENTRY, wholeChain);
  await bundle(here("first-draft/handler.ts"), firstDraft);
  let copies = 0;
  return {
    empty: { name: "an empty handler", language: "node", folder: empty },
    worker: { name: "the worker", language: "node", folder: worker },
    wholeChain: {
      name: "the worker with the SDK's whole credential chain",
      language: "node",
      folder: wholeChain,
    },
    firstDraft: { name: "the first draft", language: "node", folder: firstDraft },
    template: hasBoto3() ? templateIn(folderOf("template")) : undefined,
    workerWith(config) {
      copies += 1;
      const folder = folderOf(`worker-${copies}`);
      copyFileSync(join(worker, "index.js"), join(folder, "index.js"));
      writeFileSync(join(folder, "rotation.config.json"), JSON.stringify(config));
      return { name: "the worker", language: "node", folder };
    },
  };
}

/** Bundled like the worker, but without the worker's replacement of the credential chain. */
async function bundle(entry: string, folder: string): Promise<void> {
  const { alias: _, ...bundling } = BUNDLING;
  await build({ ...bundling, entryPoints: [entry], outfile: join(folder, "index.js"), logLevel: "error" });
}

function templateIn(folder: string): LocalFunction {
  copyFileSync(here("template/lambda_function.py"), join(folder, "lambda_function.py"));
  return { name: "AWS's template", language: "python", folder };
}

function hasBoto3(): boolean {
  return spawnSync("python3", ["-c", "import boto3"], { stdio: "ignore" }).status === 0;
}

export function sizeOf({ folder }: LocalFunction): { readonly minified: number; readonly gzipped: number } {
  const code = readFileSync(join(folder, "index.js"));
  return { minified: code.byteLength, gzipped: gzipSync(code).byteLength };
}
