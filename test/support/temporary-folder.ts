import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives a test run its own temporary folder, for everything that the tests and their processes write there. The folder
 * is removed when the run ends, also if a test fails, and after Ctrl-C.
 */
export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), "rotation-tests-"));
  process.env.TMPDIR = folder;
  // Half of a command's time goes into compiling code that the command before it has compiled already.
  process.env.NODE_COMPILE_CACHE = join(folder, "compiled");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
}
