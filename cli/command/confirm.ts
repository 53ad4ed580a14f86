import { createInterface } from "node:readline/promises";

/** Whether a person is there to be asked. */
export function isAttended(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Asks at the terminal. Anything but `yes`, the end of input and ctrl-c included, is a no. */
export async function isConfirmed(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stdout });
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
