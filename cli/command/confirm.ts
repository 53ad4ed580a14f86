import { createInterface } from "node:readline/promises";
import type { Io } from "./io.ts";

/** Asks at the terminal. Anything but `yes`, the end of input and ctrl-c included, is a no. */
export async function isConfirmed(
  question: string,
  { stdin, stdout }: Pick<Io, "stdin" | "stdout">,
): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stdout });
  const closed = new Promise<string>((resolve) => {
    asking.once("close", () => resolve(""));
  });
  try {
    const answer = await Promise.race([asking.question(`${question} Type yes to go on: `), closed]);
    return answer.trim().toLowerCase() === "yes";
  } finally {
    asking.close();
  }
}
