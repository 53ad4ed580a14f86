/** How this program was started, so that messages show commands in the same form. */
export interface StartedAs {
  /** It was started as an npm script of this repository. */
  readonly isScript: boolean;
  /** Otherwise, the beginning of the command line. */
  readonly program: string;
}

export const PROGRAM = "losant-token-rotation";
/** The npm script of a command has its name, all but this one. */
const SCRIPTS: Readonly<Record<string, string>> = { demo: "npm start" };
const AS_SCRIPT = /npm (?:run (status|rotate|undo|access-token)|(start))\b(?: --(?= ))?/g;
/** As the worker's own messages name commands. */
const AS_COMMAND = new RegExp(`(?:npx )?\\b${PROGRAM} (status|rotate|undo|access-token)\\b( (?=--))?`, "g");

/** Scripts that exist only in this repository. They aren't subcommands. */
const ONLY_SCRIPTS: ReadonlySet<string> = new Set(["bench", "build", "simulate"]);

/** npm sets `npm_command`: `run` for a script, or `exec` for a command of a package, as with npx. */
export function invocationIn({ npm_command: npm }: Readonly<Record<string, string | undefined>>): StartedAs {
  return {
    isScript: npm === "run" || npm === "run-script" || npm === "start",
    program: npm === "exec" ? `npx ${PROGRAM}` : PROGRAM,
  };
}

/** `npm run rotate -- --dry-run`, or `losant-token-rotation rotate --dry-run`. */
export function commandLine(name: string, args: readonly string[], { isScript, program }: StartedAs): string {
  if (!isScript && !ONLY_SCRIPTS.has(name)) return [program, name, ...args].join(" ");
  return [SCRIPTS[name] ?? `npm run ${name}`, ...(args.length > 0 ? ["--"] : []), ...args].join(" ");
}

/** Rewrites the commands in a text to the form in which this reader starts them. */
export function typed(text: string, { isScript, program }: StartedAs): string {
  if (isScript)
    return text.replace(
      AS_COMMAND,
      (_, name: string, options?: string) => `npm run ${name}${options === undefined ? "" : " -- "}`,
    );
  return text
    .replace(AS_COMMAND, (_, name: string, options = "") => `${program} ${name}${options}`)
    .replace(AS_SCRIPT, (_, script: string | undefined) => `${program} ${script ?? "demo"}`);
}
