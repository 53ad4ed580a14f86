import { parseArgs } from "node:util";
import { type Asked, showUsage } from "../cli/command/arguments.ts";
import { type Screen, screenOn } from "../cli/terminal/screen.ts";
import { type Demo, openDemo } from "./demo.ts";
import { showGuide } from "./guide.ts";

const USAGE = `Usage: npm start               plays the worker against emulators of Losant and AWS on this machine
       npm start -- --serve    and leaves the emulators running until Ctrl-C`;

/** What a shell reports of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

const asked = askedFor(process.argv.slice(2));
if (asked.kind === "play") process.exitCode = await start(asked.serve, screenOn(process.stdout));
else process.exitCode = showUsage(asked, USAGE);

function askedFor(args: readonly string[]): Asked<{ readonly kind: "play"; readonly serve: boolean }> {
  const options = { serve: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
  try {
    const { help, serve = false } = parseArgs({ args: [...args], options }).values;
    return help ? { kind: "help" } : { kind: "play", serve };
  } catch (thrown) {
    return { kind: "wrong", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function start(serve: boolean, screen: Screen): Promise<number> {
  const interrupted = interruption();
  const demo = await openDemo();
  try {
    const playing = demo.play(screen);
    // Once interrupted, nobody waits for it any more.
    playing.catch(() => {});
    const isGood = await Promise.race([playing, interrupted]);
    if (isGood === undefined) return INTERRUPTED;
    if (serve) await serveOn(demo, screen, interrupted);
    return isGood ? 0 : 1;
  } finally {
    await demo.close();
  }
}

async function serveOn(demo: Demo, screen: Screen, interrupted: Promise<void>): Promise<void> {
  showGuide(demo, screen);
  await interrupted;
  screen.line();
  screen.line("The emulators have stopped, and what they held is gone.");
}

/** Ctrl-C, a polite end, or that nobody reads on: `npm start | head`. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    process.stdout.on("error", () => resolve());
  });
}
