import { printable } from "../../lambda/model/printable.ts";
import type { ApiToken } from "../../lambda/model/token.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { isConfirmed } from "../command/confirm.ts";
import { type Io, isAttended } from "../command/io.ts";
import { runAsProcess } from "../command/process.ts";
import { Refusal } from "../command/stops.ts";
import { chosenApplications, toolsFor } from "../command/tools.ts";
import { say, sayWithCommand, screenOn } from "../terminal/screen.ts";
import { carryOut, usable } from "./carry-out.ts";
import { findLineage } from "./find.ts";
import { type Undo, undoOf } from "./intent.ts";
import { UNDO_FLAGS, UNDO_USAGE, type UndoOptions, undoOptions } from "./options.ts";
import { nextSteps, STORED_NOWHERE, showIntent } from "./words.ts";

export const undoCommand: Command<typeof UNDO_FLAGS, UndoOptions> = {
  name: "undo",
  usage: UNDO_USAGE,
  flags: UNDO_FLAGS,
  optionsFrom: undoOptions,
  main: undoRotation,
};

async function undoRotation(options: UndoOptions, io: Io): Promise<ExitCode> {
  const screen = screenOn(io.stdout, io.env);
  const tools = await toolsFor(options.configFile, io);
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
    return EXIT.good;
  }
  if (!isDone && !(await mayGoOn(intent, options, io))) {
    say(screen, "Nothing was changed.", "");
    return EXIT.failed;
  }
  if (isDone) say(screen, "Nothing is left to do.", "", "good");
  else await carryOut(intent, found, tools, (done) => say(screen, printable(done), "", "good"));
  screen.line();
  for (const step of nextSteps(intent, intent.kind !== "reactivate")) sayWithCommand(screen, step, "");
  return EXIT.good;
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

async function mayGoOn(undo: Undo, { yes, reactivateOnly }: UndoOptions, io: Io): Promise<boolean> {
  if (!yes && !isAttended(io))
    throw new Refusal("nobody is there to be asked", "At a terminal it asks; in a script, add --yes.");
  if (!yes) return isConfirmed("Do this?", io);
  if (undo.kind === "reactivate" && !reactivateOnly)
    throw new Refusal(
      "AWSCURRENT can't go back, and --yes does not say that half an undo is enough",
      "Add --reactivate-only.",
    );
  return true;
}

if (import.meta.main) await runAsProcess(undoCommand);
