import { expect, it } from "vitest";
import { scriptOf } from "./generate.ts";
import { play } from "./play.ts";
import { shrink } from "./shrink.ts";

const SEED = 1;
/** `npm run simulate` begins with the same. */
const SCHEDULES = 200;

it(`keeps its promises in ${SCHEDULES} random histories`, async () => {
  for (let seed = SEED; seed < SEED + SCHEDULES; seed += 1) {
    const { violations } = await play(scriptOf(seed));
    if (violations.length === 0) continue;
    const script = await shrink(scriptOf(seed));
    const { trace } = await play(script, { traced: true });
    expect.fail(
      [
        `seed ${seed}`,
        JSON.stringify(script.setting),
        ...script.entries.map((entry) => JSON.stringify(entry)),
        ...trace,
      ].join("\n"),
    );
  }
});

it("plays the same seed to the same trace", async () => {
  const once = await play(scriptOf(7), { traced: true });
  const again = await play(scriptOf(7), { traced: true });
  expect(again.trace).toEqual(once.trace);
});
