import { heading, type Screen, say } from "../cli/terminal/screen.ts";
import { type Check, leaks } from "./checks.ts";
import type { DemoContext } from "./context.ts";
import { type Emulators, startEmulators } from "./emulators.ts";
import { play } from "./play.ts";
import { seed } from "./scenario.ts";
import { bundledWorker, type LocalWorker } from "./worker.ts";

export interface Demo {
  readonly emulators: Emulators;
  readonly worker: LocalWorker;
  /** Runs the demo on the screen, and returns the checks. */
  play(screen: Screen): Promise<readonly Check[]>;
  close(): Promise<void>;
}

/** Starts both emulators with their sample data, and bundles the worker. */
export async function openDemo(): Promise<Demo> {
  const emulators = await startEmulators();
  try {
    const scenario = await seed(emulators, new Date());
    const worker = await bundledWorker(scenario.config, emulators);
    return {
      emulators,
      worker,
      play: async (screen) => {
        const lines: string[] = [];
        const line = (text = "") => {
          lines.push(text);
          screen.line(text);
        };
        const stage: DemoContext = {
          emulators,
          scenario,
          worker,
          screen: { ...screen, line },
          checks: [],
          answers: [],
        };
        await play(stage);
        const places = {
          "the worker's log": await worker.log(),
          "an event": JSON.stringify(emulators.aws.events),
          "a report or an error": JSON.stringify(stage.answers),
          "this output": lines.join("\n"),
        };
        stage.checks.push({
          claim: "no token string is in a log, an event, a report, an error or on this screen",
          problems: leaks(places, emulators, scenario),
        });
        conclude(stage);
        return stage.checks;
      },
      close: async () => {
        await Promise.all([emulators.close(), worker.remove()]);
      },
    };
  } catch (thrown) {
    await emulators.close();
    throw thrown;
  }
}

function conclude({ checks, screen }: DemoContext): void {
  heading(screen, "Checks");
  for (const { claim, problems } of checks) {
    const sign = problems.length === 0 ? screen.paint("good", "✓") : screen.paint("bad", "✗");
    screen.line(`  ${sign} ${claim}`);
    for (const problem of problems) say(screen, problem, "      ", "bad");
  }
  screen.line();
  say(
    screen,
    "The worker writes its log as JSON to a file. `npm start -- --serve` keeps the file and shows its path.",
    "  ",
    "faint",
  );
  const failed = checks.filter(({ problems }) => problems.length > 0);
  screen.line();
  if (failed.length === 0) screen.line(screen.paint("good", "All checks passed."));
  else screen.line(screen.paint("bad", `${failed.length} of ${checks.length} checks failed.`));
}
