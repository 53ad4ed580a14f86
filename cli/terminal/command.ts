import { type Screen, type Style, say } from "./screen.ts";

/** A paragraph that may end in a command, which gets a line of its own: broken into two, it could not be copied. */
export function sayWithCommand(screen: Screen, text: string, indent = "  ", style: Style = "plain"): void {
  const [, words, command] = /^(.*:) (npm run .*)$/s.exec(text) ?? [];
  say(screen, words ?? text, indent, style);
  if (command !== undefined) screen.line(`${indent}  ${screen.paint("strong", command)}`);
}
