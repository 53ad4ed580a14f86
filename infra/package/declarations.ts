import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { inRepository } from "./repository.ts";

const ENTRY = "infra/index.ts";
/** The declarations may import these, because an app that uses the construct has them. */
const OF_THE_APP = /^(aws-cdk-lib|constructs)(\/|$)/;
const SPECIFIER = /(\b(?:from|import)\s*\(?\s*")([^"]+)"/g;

/**
 * The construct's declarations, by file: `index.d.ts` and the files that it imports.
 * @throws Error if one of them imports something that an app doesn't have
 */
export function declarations(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "declarations-"));
  try {
    emitInto(folder);
    return reachable(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function emitInto(folder: string): void {
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: inRepository("."),
    outDir: folder,
    typeRoots: [inRepository("node_modules/@types")],
  };
  const files = [inRepository(ENTRY)];
  writeFileSync(
    config,
    JSON.stringify({ extends: inRepository("tsconfig.json"), compilerOptions, include: [], files }),
  );
  const compiler = inRepository("node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", config], { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
}

function reachable(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (source: string): void => {
    const name = nameOf(source);
    if (found.has(name)) return;
    const text = readFileSync(join(folder, source.replace(/\.ts$/, ".d.ts")), "utf8");
    const imported: string[] = [];
    const written = text.replace(SPECIFIER, (_, before: string, specifier: string) => {
      if (!specifier.startsWith(".")) {
        if (!OF_THE_APP.test(specifier)) throw new Error(`${source}: its declaration imports ${specifier}`);
        return `${before}${specifier}"`;
      }
      const path = posix.join(posix.dirname(source), specifier);
      imported.push(path);
      return `${before}./${nameOf(path).replace(/\.d\.ts$/, ".js")}"`;
    });
    found.set(name, written);
    for (const path of imported) visit(path);
  };
  visit(ENTRY);
  return found;
}

/** All declarations are in one folder, next to the code. */
function nameOf(source: string): string {
  return posix.basename(source).replace(/\.ts$/, ".d.ts");
}

export function writeDeclarations(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of declarations()) writeFileSync(join(folder, name), text);
}
