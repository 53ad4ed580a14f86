import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file or folder of this repository, by its path from the root. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The keys of package.json that are used. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The release workflow sets these two, so that a fork never names another repository. */
  readonly repository?: object;
  readonly bugs?: object;
  readonly keywords: readonly string[];
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export const MANIFEST: Manifest = JSON.parse(readFileSync(inRepository("package.json"), "utf8"));
