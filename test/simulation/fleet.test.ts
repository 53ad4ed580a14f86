import { expect, it } from "vitest";
import { fleetScriptOf } from "./generate-fleet.ts";
import { play } from "./play.ts";

/* `npm run simulate` plays more of them. */

it("keeps its promises in two weeks of a fleet with 48 applications in 24 shards", async () => {
  const { violations, tallies } = await play(fleetScriptOf(1));
  expect(violations).toEqual([]);
  expect(tallies.runs).toBeGreaterThan(1_300);
});
