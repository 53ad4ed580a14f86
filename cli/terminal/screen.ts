import type { Writable } from "node:stream";
import { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { printable } from "../../lambda/model/printable.ts";
import { invocationIn, PROGRAM, typed as typedBy } from "./invocation.ts";
import { wrapped } from "./width.ts";

export type Style = "good" | "bad" | "warn" | "faint" | "strong" | "plain";

/** The parts of an output stream that the commands use: a terminal, a file or a pipe. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Somewhere to write lines that a person reads. */
export interface Screen {
  /** The number of columns. */
  readonly width: number;
  /** The text in that style, or unchanged if colours are off. */
  paint(style: Style, text: string): string;
  /** The text with its commands in the form in which this reader types them. */
  typed(text: string): string;
  line(text?: string): void;
}

const FORMATS = {
  good: "green",
  bad: "red",
  warn: "yellow",
  faint: "dim",
  strong: "bold",
  plain: "reset",
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

interface Widths {
  readonly narrowest: number;
  readonly widest: number;
  /** For a file or a pipe. */
  readonly otherwise: number;
}

const WIDTHS: Widths = { narrowest: 72, widest: 100, otherwise: 100 };

/** Colours follow the stream, and NO_COLOR and FORCE_COLOR in the environment. */
export function screenOn(stream: Output, env: Environment, widths = WIDTHS): Screen {
  const { narrowest, widest, otherwise } = widths;
  const isColoured = hasColours(stream, env);
  const invocation = invocationIn(env);
  return {
    width: Math.max(narrowest, Math.min(stream.columns || otherwise, widest)),
    paint: (style, text) =>
      style === "plain" || !isColoured ? text : styleText(FORMATS[style], text, { validateStream: false }),
    typed: (text) => typedBy(text, invocation),
    line: (text = "") => void stream.write(`${text}\n`),
  };
}

/** Decides in the same way as styleText, but for this stream and this environment. */
function hasColours({ isTTY = false }: Output, env: Environment): boolean {
  const isWanted = isTTY || env.FORCE_COLOR !== undefined;
  return isWanted && WriteStream.prototype.getColorDepth(env) > 2;
}

/** Writes a paragraph, wrapped at the screen's width. Whatever names and other foreign text it contains, it is safe to show. */
export function say(
  { width, line, paint, typed }: Screen,
  text: string,
  indent = "  ",
  style: Style = "plain",
): void {
  for (const part of wrapped(typed(printable(text)), width - indent.length))
    line(indent + paint(style, part));
}

const COMMAND_AT_END = new RegExp(`^(.*:) ((?:npm run|${PROGRAM}) .*)$`, "s");

/** Writes a paragraph that may end in a command. The command gets its own line, because a wrapped one could not be copied. */
export function sayWithCommand(screen: Screen, text: string, indent = "  ", style: Style = "plain"): void {
  const [, words, command] = COMMAND_AT_END.exec(screen.typed(text)) ?? [];
  say(screen, words ?? text, indent, style);
  if (command !== undefined) screen.line(`${indent}  ${screen.paint("strong", command)}`);
}

/** Writes a heading after an empty line. */
export function heading({ line, paint }: Screen, text: string): void {
  line();
  line(paint("strong", text));
}
