import { printable, quoted } from "../../lambda/model/printable.ts";
import { type ApiToken, isTokenId } from "../../lambda/model/token.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { isConfirmed } from "../command/confirm.ts";
import { toItsEnd, unlessInterrupted } from "../command/interrupts.ts";
import { type CommandIo, isAttended } from "../command/io.ts";
import { placeOf, showPlace } from "../command/place.ts";
import { Refusal } from "../command/stops.ts";
import { chosenFrom, type Tools, toolsFor, toolsOn } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { showFailure, showProblem } from "../terminal/failures.ts";
import type { Progress } from "../terminal/progress.ts";
import { type Screen, say, sayWithCommand, screenOn } from "../terminal/screen.ts";
import { carryOut, usable } from "./carry-out.ts";
import { type Found, findLineage, type Unread } from "./find.ts";
import { type Undo, undoOf } from "./intent.ts";
import { UNDO, type UNDO_FLAGS, type UndoOptions, undoOptions } from "./options.ts";
import { nextSteps, STORED_NOWHERE, showIntent, undoDocument } from "./words.ts";

export const undoCommand: Command<typeof UNDO_FLAGS, UndoOptions> = {
  ...UNDO,
  optionsFrom: undoOptions,
  main: undoRotation,
};

const NOTHING_CHANGED = "Nothing was changed.";
const WORDS = {
  first: "Interrupted. The command finishes what is in progress, and then ends.",
  second:
    "The predecessor may already be active, and AWSCURRENT not yet moved. Run the same command again: it continues from there.",
} as const;

/** What has to be done, and the tools for it. */
interface Prepared {
  readonly tools: Tools;
  readonly found: Found;
  readonly intent: Undo;
  readonly predecessor: ApiToken;
}

async function undoRotation(options: UndoOptions, io: CommandIo): Promise<ExitCode> {
  const isAsked = !options.yes && !options.dryRun;
  const { found, intent, predecessor, tools } = await unlessInterrupted(
    watching((progress) => prepared(options, progress, isAsked, io), io),
    NOTHING_CHANGED,
    io,
  );
  const screen = screenOn(isAsked ? io.urgent : io.stdout, io.env);
  if (intent.kind === "reactivate" && !options.reactivateOnly) say(screen, STORED_NOWHERE, "", "warn");
  showIntent(intent, found, predecessor, tools.clock.now(), screen);
  screen.line();
  const isDone = isUndone(intent, predecessor);
  const tell = (outcome: "planned" | "undone" | "refused") =>
    io.document(() => undoDocument(intent, found, predecessor, outcome));
  if (isDone || options.dryRun) {
    say(screen, isDone ? "There is nothing left to do." : `A dry run: ${NOTHING_CHANGED.toLowerCase()}`, "");
    if (isDone && !options.dryRun) showNextSteps(intent, found, io);
    tell(isDone ? "undone" : "planned");
    return EXIT.good;
  }
  if (!(await mayGoOn(intent, options, io))) {
    say(screen, NOTHING_CHANGED, "");
    tell("refused");
    return EXIT.failed;
  }
  const done = screenOn(io.stdout, io.env);
  const { isInterrupted } = await toItsEnd(
    () =>
      watching(
        (progress) =>
          carryOut(intent, found, toolsOn(progress, tools), (what) => {
            progress.clear();
            say(done, printable(what), "", "good");
          }),
        io,
      ),
    WORDS,
    io,
  );
  tell("undone");
  showNextSteps(intent, found, io);
  return isInterrupted ? EXIT.interrupted : EXIT.good;
}

/** Reads everything that the decision needs, and shows the account and region. */
async function prepared(
  { configFile, application, token, reactivateOnly }: UndoOptions,
  progress: Progress,
  isAsked: boolean,
  io: CommandIo,
): Promise<Prepared> {
  const tools = await toolsFor(configFile, progress, io);
  const { applications, problems } = await chosenFrom(tools, application);
  const place = await placeOf(tools.config, applications, tools);
  progress.clear();
  showPlace(place, screenOn(isAsked ? io.urgent : io.stdout, io.env));
  for (const { what, error } of problems) showProblem(what, error, screenOn(io.urgent, io.env));
  const unread: Unread[] = [];
  const found = await findLineage(token, applications, tools, (one) => unread.push(one)).finally(() => {
    progress.clear();
    showUnread(unread, token, screenOn(io.urgent, io.env));
  });
  const intent = limited(undoOf(found.secret, found.versions), reactivateOnly);
  const predecessor = await usable(intent.predecessorId, tools.connect(found.application), tools);
  return { tools, found, intent, predecessor };
}

/** Applications that were not searched. A name, unlike an id, may also belong to a token in one of them. */
function showUnread(unread: readonly Unread[], token: string, screen: Screen): void {
  if (unread.length === 0) return;
  for (const one of unread) showFailure(one, screen);
  screen.line();
  if (!isTokenId(token))
    say(
      screen,
      `Another token with the name ${quoted(token)} may be in an application that can't be read.`,
      "",
      "warn",
    );
}

function showNextSteps(intent: Undo, found: Found, { stdout, env }: CommandIo): void {
  const screen = screenOn(stdout, env);
  screen.line();
  for (const step of nextSteps(intent, found, intent.kind !== "reactivate")) sayWithCommand(screen, step, "");
}

/** Nothing records what a version stored by somebody else holds, so then the predecessor needn't be active. */
function isUndone(undo: Undo, { status }: ApiToken): boolean {
  return undo.kind !== "move" && (status === "active" || (undo.kind === "undone" && undo.isForeign));
}

/** With `--reactivate-only`, AWSCURRENT isn't moved, even if it could be. */
function limited(undo: Undo, reactivateOnly: boolean): Undo {
  const { predecessorId, successorId } = undo;
  return reactivateOnly && undo.kind === "move" ? { kind: "reactivate", predecessorId, successorId } : undo;
}

async function mayGoOn(undo: Undo, { yes, reactivateOnly }: UndoOptions, io: CommandIo): Promise<boolean> {
  if (!yes && !isAttended(io))
    throw new Refusal(
      "can't ask for confirmation without a terminal",
      `${NOTHING_CHANGED} In a script, add --yes.`,
    );
  if (!yes) return isConfirmed("Do this?", io);
  if (undo.kind === "reactivate" && !reactivateOnly)
    throw new Refusal(
      "AWSCURRENT can't be moved back, and --yes doesn't allow a partial undo",
      `${NOTHING_CHANGED} To only reactivate the predecessor, add --reactivate-only.`,
    );
  return true;
}
