import { readFileSync, writeFileSync } from "node:fs";
import type { PutEvent } from "../../emulators/aws/events.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { type DetailType, EVENT_CATALOGUE } from "../../lambda/model/events.ts";
import { DAY, HOUR, type RunOptions, World } from "./world.ts";

/** An event in the form in which a target gets it from EventBridge. */
export interface DeliveredEvent {
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

const [account, region] = ["111122223333", "eu-west-1"];
const EVENTS_PAGE = new URL("../../docs/events.md", import.meta.url);

/** The example of each detail type in docs/events.md: the first event of that type that these runs in memory send. */
export async function eventExamples(): Promise<ReadonlyMap<string, DeliveredEvent>> {
  const world = new World({ settings: { account, region }, policy: { exclude: ["press line 4"] } });
  const runs = (function* () {
    for (let count = 1; ; count += 1)
      yield `5b3cfe10-6a6f-4c6e-9d0d-0000000000${String(count).padStart(2, "0")}`;
  })();
  const run = (event: object, options: RunOptions = {}) =>
    world.run(event, { ...options, runId: runs.next().value });
  const schedule = { trigger: "schedule" };

  world.token("backend", { age: 335 * DAY, lifetime: 365 * DAY });
  await run(schedule);
  world.clock.advance(HOUR);
  const { id } = world.token("dashboard", { age: 10 * DAY, lifetime: 365 * DAY });
  await run({ tokens: [id], force: true, retireNow: true });

  // A run that stops between creating a token and storing it. Six hours later, the next run cleans up.
  world.token("gateway", { age: 335 * DAY, lifetime: 365 * DAY });
  void world.start(schedule, {
    intercept: ({ operation }) => (operation === "stage" ? { before: "crash" } : {}),
    runId: runs.next().value,
  });
  await world.clock.run(world.clock.sleep(6 * HOUR));
  await run(schedule);

  world.token("press line 4", { age: 358 * DAY, lifetime: 365 * DAY });
  world.token("historian", { age: 335 * DAY, lifetime: 365 * DAY });
  const scope = new RotationError(
    "scope-rejected",
    "Losant: scope all.Legacy is not a scope that can be given",
  );
  await run(schedule, { intercept: ({ operation }) => (operation === "create" ? { before: scope } : {}) });

  const { id: endless } = world.token("kiosk", { age: 400 * DAY });
  await run({ tokens: [endless], force: true });
  world.clock.advance(14 * HOUR);
  await run(schedule);

  // By then, somebody should have read the successor of "backend".
  world.clock.advance(2 * DAY + 6 * HOUR);
  await run(schedule);

  return new Map(world.buses.accepted.toReversed().map((event) => [event.DetailType, delivered(event)]));
}

function delivered(event: PutEvent): DeliveredEvent {
  return {
    version: "0",
    id: event.EventId,
    "detail-type": event.DetailType,
    source: event.Source,
    account,
    time: event.Time.toISOString().replace(/\.\d+/, ""),
    region,
    resources: event.Resources,
    detail: JSON.parse(event.Detail),
  };
}

/** The page, with the example under the heading of each detail type replaced by the current one. */
export async function pageWithExamples(): Promise<string> {
  const examples = await eventExamples();
  let page = readFileSync(EVENTS_PAGE, "utf8");
  for (const detailType of Object.keys(EVENT_CATALOGUE) as DetailType[]) {
    const example = `\`\`\`json\n${JSON.stringify(examples.get(detailType), undefined, 2)}\n\`\`\``;
    const section = new RegExp(`(\n### ${detailType}\n[\\s\\S]*?)\`\`\`json\n[\\s\\S]*?\`\`\``);
    if (!section.test(page)) throw new Error(`docs/events.md has no example of ${detailType}`);
    page = page.replace(section, (_, before: string) => `${before}${example}`);
  }
  return page;
}

if (import.meta.main) {
  writeFileSync(EVENTS_PAGE, await pageWithExamples());
  console.log("docs/events.md");
}
