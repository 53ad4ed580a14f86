import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment, type Ended } from "../support/child.ts";

const APP = fileURLToPath(new URL("app", import.meta.url));

/** A folder outside of the repository, with its own npm packages. */
export class FreshFolder {
  readonly path = mkdtempSync(join(tmpdir(), "fresh-"));

  /** Installs packages from npm's registry, like a user. */
  async install(...packages: readonly string[]): Promise<this> {
    writeFileSync(join(this.path, "package.json"), JSON.stringify({ private: true }));
    await this.mustRun("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages]);
    return this;
  }

  /** An app like that of `cdk init`, in its own folder, from which it finds the packages of this folder. */
  addApp(type: "commonjs" | "module"): string {
    const folder = join(this.path, type);
    cpSync(APP, folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type }));
    return folder;
  }

  /** Compiles it with the TypeScript that is installed here, and synthesizes it. Returns the folder of the assembly. */
  async synthesize(folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const compiler = join(this.path, "node_modules/typescript/bin/tsc");
    await this.mustRun(process.execPath, [compiler, "-p", folder]);
    const assembly = join(folder, "cdk.out");
    mkdirSync(assembly);
    await this.mustRun(process.execPath, [join(folder, "bin/app.js")], { ...env, CDK_OUTDIR: assembly });
    return assembly;
  }

  /** @throws Error with the output, if the command fails */
  async mustRun(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args, env);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = spawn(command, args, {
      cwd: this.path,
      env: { ...cleanEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr }));
    });
  }
}

/** The asset of the function in the assembly whose code exports this. */
export function functionIn(assembly: string, exported: "handler" | "widget"): string {
  const text = readFileSync(join(assembly, "Fresh.template.json"), "utf8");
  const { Resources } = JSON.parse(text) as Template;
  const keys = Object.values(Resources).flatMap(({ Type, Properties }) => {
    if (Type !== "AWS::Lambda::Function") return [];
    const { Handler, Code } = Properties as {
      readonly Handler: string;
      readonly Code: { readonly S3Key: string };
    };
    return Handler === `index.${exported}` ? [Code.S3Key] : [];
  });
  const [key = "", ...others] = keys;
  if (others.length > 0) throw new Error(`more than one function has the handler ${exported}`);
  return join(assembly, `asset.${key.replace(/\.zip$/, "")}`);
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: unknown }>>;
}

/** The resources of the stack, without the place of its code. */
export function resourcesIn(assembly: string): Template["Resources"] {
  const text = readFileSync(join(assembly, "Fresh.template.json"), "utf8");
  const { Resources } = JSON.parse(text.replaceAll(/[\da-f]{64}\.zip/g, "<asset>")) as Template;
  return Object.fromEntries(
    Object.entries(Resources).map(([id, { Type, Properties }]) => [id, { Type, Properties }]),
  );
}
