import { type Command, EXIT, type ExitCode, type FlagValues } from "../cli/command/command.ts";
import type { Io } from "../cli/command/io.ts";
import { runAsProcess } from "../cli/command/process.ts";
import { type Output, type Screen, screenOn } from "../cli/terminal/screen.ts";
import { type Demo, openDemo } from "./demo.ts";
import { showGuide } from "./guide.ts";

const USAGE = `Usage: npm start               plays the worker against emulators of Losant and AWS on this machine
       npm start -- --serve    and leaves the emulators running until Ctrl-C`;

const FLAGS = { serve: { type: "boolean" } } as const;

export const demo: Command<typeof FLAGS, FlagValues<typeof FLAGS>> = {
  name: "demo",
  usage: USAGE,
  flags: FLAGS,
  optionsFrom: (values) => values,
  main: playDemo,
};

async function playDemo({ serve = false }: FlagValues<typeof FLAGS>, { stdout, env }: Io): Promise<ExitCode> {
  const screen = screenOn(stdout, env);
  const interrupted = interruption(stdout);
  const opened = await openDemo();
  try {
    const playing = opened.play(screen);
    // Once interrupted, nobody waits for it any more.
    playing.catch(() => {});
    const isGood = await Promise.race([playing, interrupted]);
    if (isGood === undefined) return EXIT.interrupted;
    if (serve) await serveOn(opened, screen, interrupted);
    return isGood ? EXIT.good : EXIT.failed;
  } finally {
    await opened.close();
  }
}

async function serveOn(opened: Demo, screen: Screen, interrupted: Promise<void>): Promise<void> {
  showGuide(opened, screen);
  await interrupted;
  screen.line();
  screen.line("The emulators have stopped, and what they held is gone.");
}

/** Ctrl-C, a polite end, or that nobody reads on: `npm start | head`. */
function interruption(stdout: Output): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    stdout.on("error", () => resolve());
  });
}

if (import.meta.main) await runAsProcess(demo);
