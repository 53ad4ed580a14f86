import { describe, expect, it } from "vitest";
import { REASONS } from "../../lambda/plan/reasons.ts";
import { ADOPTION, BELONGING } from "./belonging.ts";
import { labelOf, observedSnapshotOf, plansOf, type Row, sentencesOf } from "./builders.ts";
import { DUE, INELIGIBLE, TAMPERED } from "./heads.ts";
import { ODD_ROWS } from "./odd-rows.ts";
import { ORPHANS } from "./orphans.ts";
import { RETIRED_ROOTS } from "./retired-roots.ts";
import { RETIREMENTS } from "./retirements.ts";
import { UNFINISHED } from "./unfinished.ts";
import { UNREAD } from "./unread.ts";

/** The specification, in the order of the rules: what is there, what is asked, what the worker decides. */
const TABLE: readonly (readonly [string, readonly Row[]])[] = [
  ["whose a token is", BELONGING],
  ["taking over by force", ADOPTION],
  ["rule 1, unfinished work", UNFINISHED],
  ["rules 2 and 3, orphans and blocked secrets", ORPHANS],
  ["rules 4 and 5, revoked and rolled back", TAMPERED],
  ["rule 6, what is left alone", INELIGIBLE],
  ["rules 7 and 9, due or not", DUE],
  ["rule 8, retirement", RETIREMENTS],
  ["rule 8, retirement of roots", RETIRED_ROOTS],
  ["rule 10, what consumers don't read", UNREAD],
  ["tokens that can't be read", ODD_ROWS],
];

for (const [rule, rows] of TABLE) {
  describe(rule, () => {
    for (const row of rows) {
      it(row.says, () => {
        const plans = plansOf(row);
        expect(sentencesOf(plans)).toEqual(row.plan);
        for (const [label, secretName] of Object.entries(row.secretNames ?? {})) {
          const lineage = plans.find(({ actions }) =>
            actions.some((action) => action.kind !== "settle" && labelOf(action.subject.id) === label),
          );
          expect(lineage?.secretName).toBe(secretName);
        }
      });
    }
  });
}

describe("what a run reads is enough for the same plan", () => {
  for (const [, rows] of TABLE) {
    for (const row of rows) {
      it(row.says, async () => {
        const { snapshot } = await observedSnapshotOf(row);
        expect(sentencesOf(plansOf(row, snapshot))).toEqual(row.observedPlan ?? row.plan);
      });
    }
  }
});

describe("the table", () => {
  const sentences = new Set(TABLE.flatMap(([, rows]) => rows.flatMap(({ plan }) => plan)));
  const named = new Set([...sentences].map((sentence) => sentence.replace(/^(\w+) [^:]+/, "$1")));
  // No rule says these: a failed reading comes to the one in the report, and only trying to delete shows the other.
  const { undecided: _, "orphan-left": __, ...ruled } = REASONS;

  it.each(Object.entries(ruled))("has a row for the reason %s", (reason, { action }) => {
    const given = [...named].map((outcome) => outcome.split(",")[0]);
    expect(given).toContain(`${action}: ${reason}`);
  });

  it.each([
    "settle",
    "defer: orphan, discard",
    "retire: grace-over, deactivate",
    "retire: grace-over, delete",
    "retire: retire-now, deactivate",
  ])("has a row for each other outcome: %s", (outcome) => {
    expect(named).toContain(outcome);
  });

  it("names each situation once", () => {
    const says = TABLE.flatMap(([, rows]) => rows.map((row) => row.says));
    expect(new Set(says).size).toBe(says.length);
  });
});
