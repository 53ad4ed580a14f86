import { createInterface } from "node:readline/promises";
import type { Io } from "./io.ts";
import { Interruption } from "./stops.ts";

/**
 * Asks on standard error. Every answer but `yes` means no, and so does the end of input.
 * @throws Interruption at Ctrl-C
 */
export async function isConfirmed(
  question: string,
  { stdin, stderr }: Pick<Io, "stdin" | "stderr">,
): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr });
  const { promise: closed, resolve, reject } = Promise.withResolvers<string>();
  asking.once("close", () => resolve(""));
  asking.once("SIGINT", () => reject(new Interruption("Nothing was changed.")));
  try {
    const answer = await Promise.race([asking.question(`${question} Type yes to continue: `), closed]);
    return answer.trim().toLowerCase() === "yes";
  } catch (thrown) {
    stderr.write("\n");
    throw thrown;
  } finally {
    asking.close();
  }
}
