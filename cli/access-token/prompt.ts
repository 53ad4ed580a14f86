import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Input } from "../command/io.ts";
import { Interruption } from "../command/stops.ts";

/** Secrets Manager's limit on a value. */
const MOST_CHARACTERS = 65_536;

/**
 * One line that nobody sees: from a terminal without an echo, else all of standard input.
 * @throws Interruption at ctrl-c, or at the end of input before there was anything
 */
export function readHidden(question: string, input: Input, output: Writable): Promise<string> {
  return input.isTTY && input.setRawMode ? fromTerminal(question, input, output) : fromStream(input);
}

async function fromStream(input: Readable): Promise<string> {
  let text = "";
  for await (const chunk of input.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MOST_CHARACTERS) break;
  }
  return text.trim();
}

/** Raw, since a terminal that edits lines itself cuts a pasted one at 1,024 characters on some systems. */
async function fromTerminal(question: string, input: Input, output: Writable): Promise<string> {
  output.write(question);
  input.setRawMode?.(true);
  try {
    return (await lineFrom(input.setEncoding("utf8"))).trim();
  } finally {
    input.setRawMode?.(false);
    input.pause();
    output.write("\n");
  }
}

function lineFrom(input: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const settle = (act: () => void) => {
      input.off("data", take).off("end", interrupt);
      act();
    };
    const interrupt = () => settle(() => reject(new Interruption("Nothing was stored.")));
    const take = (chunk: string) => {
      // Arrow keys, and what some terminals put around what is pasted, are sequences of several characters.
      for (const key of stripVTControlCharacters(chunk)) {
        if (key === "\r" || key === "\n") return settle(() => resolve(typed.join("")));
        if (key === "\x03" || key === "\x04") return interrupt();
        if (key === "\x15") typed = [];
        else if (key === "\x7f" || key === "\b") typed.pop();
        else if (key >= " ") typed.push(key);
        if (typed.length > MOST_CHARACTERS) return settle(() => resolve(typed.join("")));
      }
    };
    input.on("data", take).once("end", interrupt);
  });
}
