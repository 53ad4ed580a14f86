import { describe, expect, it } from "vitest";
import { crashPairs, type Played, pairSearches, singleFaults } from "./crashes.ts";
import { SCENARIOS } from "./scenarios.ts";

/* `npm run simulate` searches the pairs of every scenario. This test searches only those of the simplest. */

it.each(SCENARIOS)(
  "whatever goes wrong at any one call of $name, the next runs mend it",
  async (scenario) => {
    for await (const { script, history } of singleFaults(scenario))
      expect(reportOf({ script, history })).toBe("");
  },
);

describe.each(SCENARIOS.slice(0, 3))("in $name", (scenario) => {
  it("two processes may die one after the other, anywhere", async () => {
    for (const search of await pairSearches(scenario)) {
      for await (const { script, history } of crashPairs(search))
        expect(reportOf({ script, history })).toBe("");
    }
  });
});

function reportOf({ script, history }: Played): string {
  return history.violations
    .map(({ promise, what }) => `${promise}: ${what}\n${JSON.stringify(script)}`)
    .join("\n");
}
