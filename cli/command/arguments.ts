/** What the arguments of a command ask for: its work, its usage, or something that it doesn't know. */
export type Asked<Options> = Options | NoWork;

export type NoWork = { readonly kind: "help" } | { readonly kind: "wrong"; readonly message: string };

/** Shows how the command is used, and answers the exit code: 2, unless that was all that was asked for. */
export function showUsage(asked: NoWork, usage: string): number {
  if (asked.kind === "help") {
    console.log(usage);
    return 0;
  }
  console.error(`${asked.message}\n\n${usage}`);
  return 2;
}
