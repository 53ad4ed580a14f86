import { heading, type Screen, say } from "../cli/terminal/screen.ts";
import type { Report } from "../lambda/report/report.ts";
import type { Check } from "./checks.ts";
import type { Emulators } from "./emulators.ts";
import type { Scenario } from "./scenario.ts";
import type { Answer, LocalWorker } from "./worker.ts";

/** What the steps of the demo share. */
export interface DemoContext {
  readonly emulators: Emulators;
  readonly scenario: Scenario;
  readonly worker: LocalWorker;
  readonly screen: Screen;
  /** The results of the checks. */
  readonly checks: Check[];
  /** The worker's answers, which are searched for token strings at the end. */
  readonly answers: Answer[];
}

/** Invokes the worker. If it returns no report, adds a failed check. */
export async function reportOf(
  stage: DemoContext,
  event: object,
  requestId?: string,
): Promise<Report | undefined> {
  const answer = await stage.worker.invoke(event, requestId);
  stage.answers.push(answer);
  if ("report" in answer) return answer.report;
  stage.checks.push({ claim: `the run ${JSON.stringify(event)} succeeds`, problems: [answer.error] });
  return undefined;
}

export function act(screen: Screen, number: number, title: string, event: object): void {
  heading(screen, `${number}. ${title}`);
  say(screen, `Event: ${JSON.stringify(event)}`, "   ", "faint");
}
