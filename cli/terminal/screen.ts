import type { Writable } from "node:stream";
import { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { invocationIn, PROGRAM, typed as typedBy } from "./invocation.ts";
import { wrapped } from "./width.ts";

export type Style = "good" | "bad" | "warn" | "faint" | "strong" | "plain";

/** What is used of a terminal, or of the file or pipe in its place. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Somewhere to write lines that a person reads. */
export interface Screen {
  /** Columns that may be used. */
  readonly width: number;
  /** The text in that style, where colours are wanted; the text as it is where not. */
  paint(style: Style, text: string): string;
  /** The text with the commands in it as this reader types them. */
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
  /** Of what is no terminal: a file, a pipe. */
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

/** As styleText decides it of a stream of the process, by the process's environment. */
function hasColours({ isTTY = false }: Output, env: Environment): boolean {
  const isWanted = isTTY || env.FORCE_COLOR !== undefined;
  return isWanted && WriteStream.prototype.getColorDepth(env) > 2;
}

/** A paragraph, broken at the screen's width. */
export function say(
  { width, line, paint, typed }: Screen,
  text: string,
  indent = "  ",
  style: Style = "plain",
): void {
  for (const part of wrapped(typed(text), width - indent.length)) line(indent + paint(style, part));
}

const COMMAND_AT_END = new RegExp(`^(.*:) ((?:npm run|${PROGRAM}) .*)$`, "s");

/** A paragraph that may end in a command, which gets a line of its own: broken into two, it could not be copied. */
export function sayWithCommand(screen: Screen, text: string, indent = "  ", style: Style = "plain"): void {
  const [, words, command] = COMMAND_AT_END.exec(screen.typed(text)) ?? [];
  say(screen, words ?? text, indent, style);
  if (command !== undefined) screen.line(`${indent}  ${screen.paint("strong", command)}`);
}

/** A heading with room above it. */
export function heading({ line, paint }: Screen, text: string): void {
  line();
  line(paint("strong", text));
}
