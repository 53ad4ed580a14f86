import { type Command, EXIT, type ExitCode } from "../cli/command/command.ts";
import { type FlagValues, OUTPUT_FLAGS } from "../cli/command/flags.ts";
import type { CommandIo } from "../cli/command/io.ts";
import { type Screen, screenOn } from "../cli/terminal/screen.ts";
import type { Demo } from "./demo.ts";

const FLAGS = {
  serve: { type: "boolean", about: "keep the emulators running until Ctrl-C" },
  ...OUTPUT_FLAGS,
} as const;

export const demo: Command<typeof FLAGS, FlagValues<typeof FLAGS>> = {
  name: "demo",
  summary: "Run the worker against emulators of Losant and AWS",
  about: [
    "Runs the worker against emulators of Losant and AWS on this machine, and shows the result for each token. You don't need accounts.",
  ],
  flags: FLAGS,
  exit: "0 if all checks passed, 1 if not, 130 if you interrupted it",
  optionsFrom: (values) => values,
  main: playDemo,
};

async function playDemo({ serve = false }: FlagValues<typeof FLAGS>, io: CommandIo): Promise<ExitCode> {
  const screen = screenOn(io.stdout, io.env);
  const interrupted = interruption(io);
  // Imported here, because the other commands don't need the bundler and the emulators.
  const { openDemo } = await import("./demo.ts");
  const opened = await openDemo();
  try {
    const playing = opened.play(screen);
    // After an interruption, nobody waits for the result.
    playing.catch(() => {});
    const checks = await Promise.race([playing, interrupted]);
    if (checks === undefined) return EXIT.interrupted;
    io.document(() => ({ schemaVersion: "1", checks }));
    if (serve) await serveOn(opened, screen, interrupted);
    return checks.every(({ problems }) => problems.length === 0) ? EXIT.good : EXIT.failed;
  } finally {
    await opened.close();
  }
}

async function serveOn(opened: Demo, screen: Screen, interrupted: Promise<void>): Promise<void> {
  const { showGuide } = await import("./guide.ts");
  showGuide(opened, screen);
  await interrupted;
  screen.line();
  screen.line("The emulators have stopped, and their data is deleted.");
}

/** Ctrl-C, SIGTERM, or the end of the reader of a pipe: `npm start | head`. */
function interruption({ stdout, onInterrupt }: CommandIo): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(resolve);
    stdout.on("error", () => resolve());
  });
}
