import { showReport } from "../cli/terminal/report-table.ts";
import { heading, say } from "../cli/terminal/screen.ts";
import { summaryOf } from "../cli/terminal/summary.ts";
import * as checks from "./checks.ts";
import { act, type DemoContext, reportOf } from "./context.ts";
import { playFleet } from "./fleet.ts";
import { playByHand } from "./play-by-hand.ts";
import { showEvents, showSecrets } from "./sections.ts";
import { playStaleConsumer } from "./stale-consumer.ts";
import { callsSince, changedSecrets, markCalls, sameState, stateOf } from "./state.ts";

/** Runs all steps of the demo. */
export async function play(stage: DemoContext): Promise<void> {
  introduce(stage);
  await playDryRun(stage);
  await playRun(stage);
  await playSecondRun(stage);
  await playByHand(stage);
  await playFleet(stage);
  await playStaleConsumer(stage);
}

function introduce({ emulators: { losant, aws }, scenario, screen }: DemoContext): void {
  screen.line(screen.paint("strong", "losant-token-rotation: a demo on this machine"));
  screen.line();
  say(
    screen,
    `The demo emulates Losant's token API at ${losant.url}, and Secrets Manager and EventBridge at ${aws.url}. ` +
      "The worker is the bundle that you would deploy. Each run is a separate process, as in Lambda. " +
      "The demo uses no AWS or Losant account, and sends nothing to other machines.",
  );
  const titles = [...scenario.titles.values()].join(", ");
  say(
    screen,
    `The applications ${titles} have a history: earlier runs, some of them interrupted, and manual changes.`,
  );
}

async function playDryRun(stage: DemoContext): Promise<void> {
  const { emulators, screen, scenario } = stage;
  const event = { dryRun: true };
  act(screen, 1, "A dry run shows what a run would do", event);
  const [before, mark] = [stateOf(emulators), markCalls(emulators)];
  const report = await reportOf(stage, event);
  if (report === undefined) return;
  const { reads, writes } = callsSince(emulators, mark);
  say(screen, summaryOf(report), "   ");
  say(screen, `Calls that read: ${reads}. Calls that write: ${writes.length}.`, "   ");
  const changed = sameState(before, stateOf(emulators)) ? [] : ["something changed in Losant or AWS"];
  stage.checks.push(
    {
      claim: "the dry run planned for each token what the run then did",
      problems: checks.unexpectedRows(report, scenario),
    },
    { claim: "the dry run wrote nothing", problems: [...changed, ...writes] },
  );
}

async function playRun(stage: DemoContext): Promise<void> {
  const { emulators, screen, scenario } = stage;
  const event = { trigger: "schedule" };
  act(screen, 2, "A run does it", event);
  const before = stateOf(emulators);
  const report = await reportOf(stage, event);
  if (report === undefined) return;
  const after = stateOf(emulators);
  const { events } = emulators.aws;
  showReport(report, screen, scenario);
  screen.line();
  say(screen, summaryOf(report));
  const secrets = changedSecrets(before, after);
  heading(screen, `The ${secrets.length} secrets that this run changed, with their versions`);
  say(
    screen,
    "The id of a version contains the id of its token, and then the id of the token that it replaced.",
  );
  screen.line();
  showSecrets(secrets, emulators, screen);
  heading(screen, `The ${events.length} events that this run sent`);
  showEvents(events, screen);
  stage.checks.push(
    {
      claim: "each token had the expected outcome",
      problems: checks.unexpectedRows(report, scenario),
    },
    { claim: "each successor has the scope of its predecessor", problems: checks.otherScopes(report, after) },
    {
      claim: "each replaced token still works for those who hold its string",
      problems: checks.brokenPredecessors(before, after, report),
    },
    {
      claim: "every AWSCURRENT works, except for tokens that a person deactivated or deleted",
      problems: checks.strandedConsumers(emulators, scenario),
    },
    { claim: "no rotation was left unfinished", problems: checks.unsettledSecrets(after) },
    {
      claim: "there is one event for everything that was done",
      problems: checks.wrongEvents(events, scenario),
    },
  );
}

async function playSecondRun(stage: DemoContext): Promise<void> {
  const { emulators, screen } = stage;
  const event = {};
  act(screen, 3, "Another run finds nothing left to do", event);
  const before = stateOf(emulators);
  const report = await reportOf(stage, event);
  if (report === undefined) return;
  say(screen, summaryOf(report), "   ");
  say(
    screen,
    "Orphans (tokens whose strings are stored nowhere) are now inactive. They are deleted a week later, unless somebody activates them.",
    "   ",
  );
  const changed = sameState(before, stateOf(emulators))
    ? []
    : ["something in Losant or Secrets Manager changed"];
  stage.checks.push({
    claim: "the second run found nothing left to do, and changed nothing",
    problems: [...checks.lateEffects(report), ...changed],
  });
}
