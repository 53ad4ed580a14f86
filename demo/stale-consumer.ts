import { showReport } from "../cli/terminal/report-table.ts";
import { say } from "../cli/terminal/screen.ts";
import { printable } from "../lambda/model/printable.ts";
import { AWSPREVIOUS } from "../lambda/model/secret.ts";
import type { Report } from "../lambda/report/report.ts";
import { COLD_CHAIN, STALE } from "./cold-chain.ts";
import { act, type DemoContext, reportOf } from "./context.ts";
import { readAsConsumer, stringIn } from "./seeding-store.ts";

const UNREAD = "Losant API Token Successor Unread";
const SECRET = `losant/${COLD_CHAIN.id}/${STALE}`;

/** A consumer keeps the string that it read at its start. The worker notices this while that string still works. */
export async function playStaleConsumer(stage: DemoContext): Promise<void> {
  const { emulators, screen, scenario } = stage;
  const { aws, losant } = emulators;
  const event = { trigger: "schedule" };
  act(screen, 7, "A consumer that doesn't refresh is noticed before its token ends", event);
  const sent = warningsIn(stage, 0);
  const [warning] = sent;
  const held = stringIn(aws.value(SECRET, AWSPREVIOUS) ?? "");
  const works = losant.accepts(held);
  say(
    screen,
    `The consumer of ${STALE} read its secret when it started, and never again. Since then, its token was replaced. Step 2 sent this event:`,
    "   ",
  );
  screen.line();
  say(screen, printable(warning?.headline ?? "none"), "      ", "warn");
  say(screen, printable(warning?.advice ?? ""), "      ");
  screen.line();
  say(
    screen,
    "Its string still works. Somebody restarts the consumer, which reads the secret. Then the next run has nothing to tell:",
    "   ",
  );
  const before = aws.events.length;
  const read = await readAsConsumer(emulators, SECRET);
  const report = await reportOf(stage, event);
  if (report === undefined) return;
  const tokens = report.tokens.filter(({ name }) => name === STALE);
  showReport({ ...report, tokens }, screen, { ...scenario, named: tokens.map(({ tokenId }) => tokenId) });
  stage.checks.push({
    claim: "a consumer that doesn't refresh was noticed before its token ended, until it refreshed",
    problems: [
      ...(sent.length === 1 ? [] : [`${sent.length} events ${UNREAD} were sent`]),
      ...(warning?.tokenId === losant.tokenIdOf(held) ? [] : ["no event names the token that it uses"]),
      ...(works ? [] : ["its string no longer works"]),
      ...(losant.accepts(stringIn(read)) ? [] : ["what it reads now doesn't work"]),
      ...(warningsIn(stage, before).length === 0 ? [] : ["it is still told of"]),
      ...(isQuiet(report) ? [] : ["the report still says that nobody has read the successor"]),
    ],
  });
}

interface Warning {
  readonly tokenId?: string;
  readonly headline?: string;
  readonly advice?: string;
}

function warningsIn({ emulators }: DemoContext, from: number): readonly Warning[] {
  return emulators.aws.events
    .slice(from)
    .filter(({ DetailType }) => DetailType === UNREAD)
    .map(({ Detail }) => JSON.parse(Detail) as Warning);
}

function isQuiet({ tokens }: Report): boolean {
  return !tokens.some(({ reason }) => reason === "successor-unread");
}
