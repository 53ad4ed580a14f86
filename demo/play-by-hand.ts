import { randomUUID } from "node:crypto";
import { showFailures } from "../cli/terminal/failures.ts";
import { showOldStrings } from "../cli/terminal/old-strings.ts";
import { showReport } from "../cli/terminal/report-table.ts";
import { say } from "../cli/terminal/screen.ts";
import { printable } from "../lambda/model/printable.ts";
import type { ReportRow } from "../lambda/report/report.ts";
import { act, type DemoContext, reportOf } from "./context.ts";
import { LEAKED, LEGACY } from "./factory-floor.ts";
import { stateOf } from "./state.ts";

/** Runs that a person starts: in Lambda's console, with the AWS CLI, or with `npm run rotate`. */
export async function playByHand(stage: DemoContext): Promise<void> {
  await playLeak(stage);
  await playFailure(stage);
}

async function playLeak(stage: DemoContext): Promise<void> {
  const { screen, scenario } = stage;
  // The worker deactivates a token that a person created only if it is named by its id.
  const ids = tokensOf(stage, LEAKED).map(({ id }) => id);
  const event = { tokens: ids, force: true, retireNow: true };
  act(screen, 4, "By hand: replace a token that has leaked", event);
  const requestId = randomUUID();
  const first = await reportOf(stage, event, requestId);
  if (first === undefined) return;
  showReport(first, screen, { ...scenario, named: event.tokens });
  showOldStrings(first, screen);
  const repeated = await reportOf(stage, event, requestId);
  if (repeated === undefined) return;
  const [done, again] = [outcomesOf(first.tokens), outcomesOf(repeated.tokens)];
  screen.line();
  say(
    screen,
    "The old token is now inactive. The same event again does nothing, for example if Lambda repeats it:",
    "   ",
  );
  showReport(repeated, screen, { ...scenario, named: event.tokens });
  const inactive = tokensOf(stage, LEAKED).filter(({ status }) => status === "inactive");
  stage.checks.push({
    claim: "a leaked token was replaced and deactivated at once, and only once",
    problems: [
      ...(done.includes("forced/rotated") && first.summary.retired === 1 ? [] : [`the report says ${done}`]),
      ...(again.every((outcome) => outcome.endsWith("/skipped"))
        ? []
        : [`the report of the repetition says ${again}`]),
      ...(inactive.length === 1 && tokensOf(stage, LEAKED).length === 2
        ? []
        : ["there is not one old and one new token"]),
    ],
  });
}

async function playFailure(stage: DemoContext): Promise<void> {
  const { screen, worker, answers, emulators } = stage;
  const event = { tokens: [LEGACY], force: true };
  act(screen, 5, "A deliberate failure: Losant no longer grants this token's scope", event);
  const before = emulators.aws.events.length;
  const answer = await worker.invoke(event);
  answers.push(answer);
  const error = "error" in answer ? answer.error : "";
  say(
    screen,
    "The run does everything else first, and then throws an error, so that an alarm starts:",
    "   ",
  );
  showFailures([error], screen);
  const told = emulators.aws.events.slice(before).map(({ DetailType }) => DetailType);
  screen.line();
  say(screen, `Events: ${told.map(printable).join(", ")}. The old token still works.`, "   ");
  const [legacy, ...others] = tokensOf(stage, LEGACY);
  stage.checks.push({
    claim: "a failure has a code, is sent as an event, and changes nothing",
    problems: [
      ...(error.includes("scope-rejected") ? [] : [`the run ended with: ${error || "a report"}`]),
      ...(told.includes("Losant API Token Rotation Failed") ? [] : ["there is no event about it"]),
      ...(legacy?.status === "active" && others.length === 0 ? [] : [`${LEGACY} was changed`]),
    ],
  });
}

function outcomesOf(rows: readonly ReportRow[]): readonly string[] {
  return rows
    .filter(({ reason }) => reason !== "not-selected")
    .map(({ reason, outcome }) => `${reason}/${outcome}`);
}

function tokensOf({ emulators }: DemoContext, name: string) {
  return stateOf(emulators).tokens.filter((token) => token.name === name);
}
