import { type Command, EXIT, type ExitCode } from "../cli/command/command.ts";
import { type FlagValues, OUTPUT_FLAGS } from "../cli/command/flags.ts";
import type { CommandIo } from "../cli/command/io.ts";
import { Misuse, Refusal } from "../cli/command/stops.ts";
import { type Screen, screenOn } from "../cli/terminal/screen.ts";
import type { Demo } from "./demo.ts";

const FLAGS = {
  serve: {
    type: "boolean",
    about: "keep everything running until Ctrl-C, and show the dashboard's widget in a browser",
  },
  port: { type: "string", value: "NUMBER", about: "the port of that page: by default, a free one" },
  ...OUTPUT_FLAGS,
} as const;

export const demo: Command<typeof FLAGS, DemoOptions> = {
  name: "demo",
  summary: "Run the worker against emulators of Losant and AWS",
  about: [
    "Runs the worker against emulators of Losant and AWS on this machine, and shows the result for each token. You don't need accounts.",
  ],
  flags: FLAGS,
  exit: "0 if all checks passed, 1 if not, 130 if you interrupted it",
  optionsFrom: demoOptions,
  main: playDemo,
};

interface DemoOptions {
  readonly serve: boolean;
  /** 0 is any free one. */
  readonly port: number;
}

/** @throws Misuse */
function demoOptions({ serve = false, port = "0" }: FlagValues<typeof FLAGS>): DemoOptions {
  if (port !== "0" && !serve) throw new Misuse("--port needs --serve");
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new Misuse("--port must be a number up to 65535");
  return { serve, port: Number(port) };
}

async function playDemo({ serve, port }: DemoOptions, io: CommandIo): Promise<ExitCode> {
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
    if (serve) await serveOn(opened, port, screen, interrupted);
    return checks.every(({ problems }) => problems.length === 0) ? EXIT.good : EXIT.failed;
  } finally {
    await opened.close();
  }
}

async function serveOn(
  opened: Demo,
  port: number,
  screen: Screen,
  interrupted: Promise<void>,
): Promise<void> {
  const [{ showGuide }, { serveDashboard }] = await Promise.all([
    import("./guide.ts"),
    import("./dashboard.ts"),
  ]);
  const dashboard = await serveDashboard(opened.worker, port).catch((thrown: unknown) => {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : "unknown error";
    throw new Refusal(`Port ${port} can't be used (${code})`, "Choose another port, or none.");
  });
  try {
    showGuide({ ...opened, dashboard }, screen);
    await interrupted;
  } finally {
    await dashboard.close();
  }
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
