import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives a run of the tests a temporary folder of its own, for all that they and the processes they start put into one. It
 * is removed when the run ends: also where a test fails, and after Ctrl-C.
 */
export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), "rotation-tests-"));
  process.env.TMPDIR = folder;
  // Half of what a command takes is compiling what the one before it has compiled.
  process.env.NODE_COMPILE_CACHE = join(folder, "compiled");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
}
