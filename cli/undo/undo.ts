import { RotationError } from "../../lambda/model/errors.ts";
import type { ApiToken } from "../../lambda/model/token.ts";
import { showUsage } from "../command/arguments.ts";
import { isAttended, isConfirmed } from "../command/confirm.ts";
import { Refusal, showRefusal } from "../command/refusal.ts";
import { chosenApplications, toolsFor } from "../command/tools.ts";
import { sayWithCommand } from "../terminal/command.ts";
import { harmless } from "../terminal/harmless.ts";
import { say, screenOn } from "../terminal/screen.ts";
import { carryOut, usable } from "./carry-out.ts";
import { findLineage } from "./find.ts";
import { type Undo, undoOf } from "./intent.ts";
import { askedFor, type UndoOptions, USAGE } from "./options.ts";
import { nextSteps, STORED_NOWHERE, showIntent } from "./words.ts";

const EXIT = { undone: 0, not: 1, notStarted: 2 } as const;

const asked = askedFor(process.argv.slice(2));
if (asked.kind === "undo") process.exitCode = await undo(asked);
else process.exitCode = showUsage(asked, USAGE);

async function undo(options: UndoOptions): Promise<number> {
  try {
    return await undone(options);
  } catch (thrown) {
    showRefusal(thrown, screenOn(process.stderr));
    const isConfig = thrown instanceof RotationError && thrown.code === "config-invalid";
    return isConfig ? EXIT.notStarted : EXIT.not;
  }
}

async function undone(options: UndoOptions): Promise<number> {
  const screen = screenOn(process.stdout);
  const tools = await toolsFor(options.configFile);
  const applications = chosenApplications(tools.config, options.application);
  const found = await findLineage(options.token, applications, tools);
  const intent = limited(undoOf(found.secret, found.versions), options);
  const api = tools.connect(found.application);
  const predecessor = await usable(intent.predecessorId, api, tools);
  if (intent.kind === "reactivate" && !options.reactivateOnly) say(screen, STORED_NOWHERE, "", "warn");
  showIntent(intent, found, predecessor, tools.clock.now(), screen);
  screen.line();
  const isDone = isUndone(intent, predecessor);
  if (options.dryRun) {
    say(screen, isDone ? "Nothing is left to do." : "A dry run: nothing was changed.", "");
    return EXIT.undone;
  }
  if (!isDone && !(await mayGoOn(intent, options))) {
    say(screen, "Nothing was changed.", "");
    return EXIT.not;
  }
  if (isDone) say(screen, "Nothing is left to do.", "", "good");
  else await carryOut(intent, found, tools, (done) => say(screen, harmless(done), "", "good"));
  screen.line();
  for (const step of nextSteps(intent, intent.kind !== "reactivate")) sayWithCommand(screen, step, "");
  return EXIT.undone;
}

/** What a version of somebody else's holds is not written down: then nobody's life hangs on the predecessor. */
function isUndone(undo: Undo, { status }: ApiToken): boolean {
  return undo.kind !== "move" && (status === "active" || (undo.kind === "undone" && undo.isForeign));
}

/** `--reactivate-only` leaves the label alone, whatever could be done with it. */
function limited(undo: Undo, { reactivateOnly }: UndoOptions): Undo {
  const { predecessorId, successorId } = undo;
  return reactivateOnly && undo.kind === "move" ? { kind: "reactivate", predecessorId, successorId } : undo;
}

async function mayGoOn(undo: Undo, { yes, reactivateOnly }: UndoOptions): Promise<boolean> {
  if (!yes && !isAttended())
    throw new Refusal("nobody is there to be asked", "At a terminal it asks; in a script, add --yes.");
  if (!yes) return isConfirmed("Do this?");
  if (undo.kind === "reactivate" && !reactivateOnly)
    throw new Refusal(
      "AWSCURRENT can't go back, and --yes does not say that half an undo is enough",
      "Add --reactivate-only.",
    );
  return true;
}
