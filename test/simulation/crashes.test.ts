import { describe, expect, it } from "vitest";
import { crashPairs, type Played, singleFaults } from "./crashes.ts";
import { SCENARIOS } from "./scenarios.ts";

describe.each(SCENARIOS)("in $name", (scenario) => {
  it("whatever goes wrong at any one call, the next runs mend it", { timeout: 60_000 }, async () => {
    for await (const { script, history } of singleFaults(scenario))
      expect(reportOf({ script, history })).toBe("");
  });

  it("two processes may die one after the other, anywhere", { timeout: 240_000 }, async () => {
    for await (const { script, history } of crashPairs(scenario))
      expect(reportOf({ script, history })).toBe("");
  });
});

function reportOf({ script, history }: Played): string {
  return history.violations
    .map(({ promise, what }) => `${promise}: ${what}\n${JSON.stringify(script)}`)
    .join("\n");
}
