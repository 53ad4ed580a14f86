import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Refusal } from "./stops.ts";

/** A file that a command will write. */
export interface OutputFile {
  /** As the person wrote it. */
  readonly name: string;
  /** Replaces the file, if there is one, in one step: a reader never sees half of it. @throws Refusal */
  write(text: string): Promise<void>;
}

/**
 * Checks the path before the command does its work. Follows links, so that the file that a link names is replaced, and the
 * link stays.
 * @throws Refusal if nothing can be written there, or if it is a folder, a device or a pipe
 */
export async function outputFile(name: string): Promise<OutputFile> {
  const path = resolve(name);
  if (name === "" || name === "-") throw refusalFor(name, "is not the name of a file");
  const target = await realpath(path).catch(() => path);
  const [found, folder] = await Promise.all(
    [target, dirname(target)].map((one) => stat(one).catch(failureOf)),
  );
  if (folder instanceof Error || !folder?.isDirectory())
    throw refusalFor(name, "is in a folder that doesn't exist");
  if (found instanceof Error) throw refusalFor(name, `can't be written (${found.message})`);
  if (found?.isDirectory() || /[/\\]$/.test(name)) throw refusalFor(name, "is a folder");
  if (found !== undefined && !found.isFile()) throw refusalFor(name, "is not a regular file");
  return { name, write: (text) => replace(target, text, name) };
}

async function replace(path: string, text: string, name: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
  try {
    await writeFile(beside, text, { flag: "wx" });
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true });
    throw refusalFor(name, `can't be written (${codeOf(thrown)})`);
  }
}

/** Undefined if there is nothing. */
function failureOf(thrown: unknown): Error | undefined {
  const code = codeOf(thrown);
  return code === "ENOENT" ? undefined : new Error(code);
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown error";
}

function refusalFor(name: string, why: string): Refusal {
  return new Refusal(
    name === "" ? `An empty text ${why}` : `${name} ${why}`,
    "Choose another file, in a folder that exists and in which you can write.",
  );
}
