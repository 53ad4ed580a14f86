import { describe, expect, it } from "vitest";
import { getSecretValue } from "../../emulators/aws/secrets-reads.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

/**
 * Sixty days in which a bot edits the tags of a secret every hour, a consumer reads the current value every day, and the worker runs
 * every six hours. Returns in which run each step happened, and when the report said that the grace period would end, in hours since
 * the replacement.
 */
async function tagged(retire: Record<string, unknown>) {
  const world = new World({ policy: { neverExpiring: "180d", lifetime: "365d", retire } });
  const { id } = world.token("backend", { age: 400 * DAY });
  await world.run();
  // The root's successor, which is replaced at the beginning of a day.
  const former = world.losant.tokens(APP).at(-1)?.id ?? "";
  const name = world.secretOf("backend");
  world.clock.advance(DAY);
  await world.run({ tokens: [former], force: true });
  const startMs = world.clock.now().getTime();
  const steps: Record<string, number> = {};
  const shown = new Map<string | undefined, Set<number>>();
  const note = (key: string, isDone: boolean) => {
    if (isDone && steps[key] === undefined)
      steps[key] = Math.round((world.clock.now().getTime() - startMs) / HOUR);
  };
  for (let hour = 1; hour <= 60 * 24; hour += 1) {
    world.clock.advance(HOUR);
    world.aws.tag(name, "checked", String(hour));
    if (hour % 24 === 12) getSecretValue(world.secrets, { SecretId: name, VersionStage: "AWSCURRENT" });
    const { report } = hour % 6 === 0 ? await world.run() : { report: undefined };
    for (const { tokenId, retirementDate } of report?.tokens ?? []) {
      const ends = shown.get(tokenId) ?? new Set();
      if (retirementDate !== undefined)
        shown.set(tokenId, ends.add((Date.parse(retirementDate) - startMs) / HOUR));
    }
    for (const [key, tokenId] of [
      ["root", id],
      ["former", former],
    ] as const) {
      const token = world.losant.tokens(APP).find((one) => one.id === tokenId);
      note(`${key} deactivated`, token?.status !== "active");
      note(`${key} deleted`, token === undefined);
    }
  }
  return { steps, shown: { root: [...(shown.get(id) ?? [])], former: [...(shown.get(former) ?? [])] } };
}

describe("a secret whose tags a bot edits every hour", () => {
  it("has predecessors that end when they should, the root as well", async () => {
    const retire = { deactivateAfter: "7d", deleteAfter: "30d", roots: true };
    const { steps, shown } = await tagged(retire);
    expect(steps).toEqual({
      // One day after its own replacement, its successor had a successor.
      "root deactivated": 7 * 24,
      "root deleted": 30 * 24,
      // Changes count until the end of the day of the replacement.
      "former deactivated": 8 * 24,
      "former deleted": 31 * 24,
    });
    // At first, as far as it can be known: each edit of a tag could be a change of the label.
    expect(shown.root).toEqual([7 * 24]);
    expect(shown.former.at(-1)).toBe(8 * 24);
    expect(shown.former.slice(0, -1).every((end) => end < 8 * 24)).toBe(true);
  });

  it("keeps the last predecessor if the policy doesn't ask who reads it, because somebody may move the label", async () => {
    const retire = { deactivateAfter: "7d", deleteAfter: "30d", unread: "ignore" };
    expect((await tagged(retire)).steps).toEqual({});
  });
});
