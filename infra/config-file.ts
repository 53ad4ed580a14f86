import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigDocument } from "./config-document.ts";

export const CONFIG_FILE = "rotation.config.json";
export const EXAMPLE_FILE = "rotation.config.example.json";

export interface ConfigFile {
  readonly document: ConfigDocument;
  /** There is no rotation.config.json yet, so this is the example. */
  readonly isExample: boolean;
}

/** The configuration in this folder, or else the example. TokenRotation checks the contents. */
export function readConfigFile(folder: string): ConfigFile {
  const isExample = !existsSync(join(folder, CONFIG_FILE));
  const name = isExample ? EXAMPLE_FILE : CONFIG_FILE;
  return { document: parsed(readFileSync(join(folder, name), "utf8"), name) as ConfigDocument, isExample };
}

function parsed(text: string, name: string): unknown {
  try {
    // `trim` also removes the byte order mark that some editors write at the start of a file.
    return JSON.parse(text.trim());
  } catch {
    // The parser's own message quotes the text.
    throw new Error(`${name} is not valid JSON`);
  }
}
