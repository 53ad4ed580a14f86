import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { LONGEST_RUN_MS, runOnce } from "../../lambda/handler.ts";
import { after } from "../../lambda/model/time.ts";
import type { RotationConfig } from "../../lambda/policy/config.ts";
import { parseRequest } from "../../lambda/policy/request.ts";
import type { RunResult } from "../../lambda/run/run.ts";
import { secretsManagerHere } from "../command/aws.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { configText } from "../command/config-file.ts";
import { isConfirmed } from "../command/confirm.ts";
import { toItsEnd, unlessInterrupted } from "../command/interrupts.ts";
import { type CommandIo, isAttended } from "../command/io.ts";
import { placeOf, showPlace } from "../command/place.ts";
import { Refusal } from "../command/stops.ts";
import { chosenApplications, parsedConfig } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { type Output, say, screenOn } from "../terminal/screen.ts";
import { checkShard, ROTATE, type ROTATE_FLAGS, type RotateOptions, rotateOptions } from "./options.ts";
import { stderrLog } from "./stderr-log.ts";
import { showPlan, showResult } from "./words.ts";

export const rotateCommand: Command<typeof ROTATE_FLAGS, RotateOptions> = {
  ...ROTATE,
  optionsFrom: rotateOptions,
  main: rotateOnce,
};

const NOTHING_WRITTEN = "Nothing was written.";
const WORDS = {
  first: "Interrupted. The command starts no new rotation, finishes what is in progress, and then ends.",
  second:
    "A new token may be left at Losant without its string being stored, or a rotation without its event. " +
    "The next run finds and fixes both.",
} as const;

/** After this time, the plan that was shown may no longer be what a run would do. */
const PLAN_HOLDS_MS = 10 * 60_000;

type Run = (dryRun: boolean, stop?: AbortSignal) => Promise<RunResult>;

async function rotateOnce(options: RotateOptions, io: CommandIo): Promise<ExitCode> {
  const { event, yes } = options;
  const run = await prepared(options, io);
  if (event.dryRun) {
    const looked = await unlessInterrupted(run(true), NOTHING_WRITTEN, io);
    return concluded(looked, options, io);
  }
  const code = yes ? undefined : await declined(run, event.tokens, io);
  if (code !== undefined) return code;
  const { result, isInterrupted } = await toItsEnd((stop) => run(false, stop), WORDS, io);
  const ended = concluded(result, options, io);
  return isInterrupted ? EXIT.interrupted : ended;
}

/** Shows the account and region, and returns the function that runs there. */
async function prepared(options: RotateOptions, io: CommandIo): Promise<Run> {
  const { event, yes, configFile, verbose } = options;
  const isAsked = !yes && !event.dryRun;
  const text = await configText(configFile, io);
  const config = parsedConfig(text);
  checkShard(options, config.fleet);
  const places = placesIn(config, parseRequest(event).applicationId);
  if (isAsked && !isAttended(io))
    throw new Refusal(
      "can't ask for confirmation without a terminal",
      `${NOTHING_WRITTEN} In a script, add --yes or --dry-run.`,
    );
  const { store, place } = await unlessInterrupted(
    watching(async (progress) => {
      const client = await secretsManagerHere(io, progress);
      const reader = secretsManagerStore(client);
      return { store: reader, place: await placeOf(config, places, { client, store: reader, progress }) };
    }, io),
    NOTHING_WRITTEN,
    io,
  );
  const aws = { store, events: io.aws.eventBridge() };
  showPlace(place, screenOn(isAsked ? io.urgent : io.stdout, io.env));
  const log = stderrLog(verbose, io);
  const deadline = after(io.clock.now(), LONGEST_RUN_MS);
  return (dryRun, stop = new AbortController().signal) =>
    watching(
      (progress) => runOnce({ ...event, dryRun }, text, {}, { log, aws, watch: { ...progress, stop } }),
      // A line of progress would get in the way of the log.
      verbose ? { ...io, stderr: silenced(io.stderr) } : io,
      deadline,
    );
}

/** The secrets of the access tokens. The run itself finds out whether an application is discovered. */
function placesIn(config: RotationConfig, asked: string | undefined) {
  const isConfigured = config.applications.some(({ id }) => id === asked);
  if (config.discover.length === 0 || isConfigured) return chosenApplications(config, asked);
  return [...config.discover, ...(asked === undefined ? config.applications : [])];
}

function silenced(stderr: Output): Output {
  return Object.assign(Object.create(stderr), { isTTY: false });
}

/** Shows what a run would do now, and asks. Undefined means yes. Otherwise nothing may be written. */
async function declined(
  run: Run,
  named: readonly string[] | undefined,
  io: CommandIo,
): Promise<ExitCode | undefined> {
  const { clock, urgent, env } = io;
  const screen = screenOn(urgent, env);
  const plan = await unlessInterrupted(run(true), NOTHING_WRITTEN, io);
  const plannedAt = clock.now();
  showPlan(plan, named, screen);
  screen.line();
  if (plan.report.summary.planned === 0) {
    const hasFailed = plan.failures.length > 0;
    say(screen, `${hasFailed ? "Nothing can be done." : "There is nothing to do."} ${NOTHING_WRITTEN}`, "");
    return hasFailed ? EXIT.failed : EXIT.good;
  }
  if (!(await isConfirmed("Do this?", io))) {
    say(screen, NOTHING_WRITTEN, "");
    return EXIT.failed;
  }
  if (clock.now().getTime() - plannedAt.getTime() <= PLAN_HOLDS_MS) return undefined;
  throw new Refusal("the plan is more than ten minutes old", `${NOTHING_WRITTEN} Run the command again.`);
}

function concluded(result: RunResult, options: RotateOptions, io: CommandIo): ExitCode {
  showResult(result, options.event.tokens, io);
  return result.failures.length === 0 ? EXIT.good : EXIT.failed;
}
