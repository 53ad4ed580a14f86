import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Input } from "../command/io.ts";
import { Interruption } from "../command/stops.ts";

/** Secrets Manager's limit on a value. */
const MOST_CHARACTERS = 65_536;

/**
 * Reads one line from a terminal without showing it. Without a terminal, reads all of standard input.
 * @throws Interruption at Ctrl-C, or if a terminal's input ends before the line does
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

/** In raw mode, because some systems cut a pasted line at 1,024 characters if the terminal edits lines itself. */
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
      // Arrow keys are sequences of several characters, and so are the marks that some terminals put around pasted text.
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
