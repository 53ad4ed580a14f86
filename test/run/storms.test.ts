import { describe, expect, it } from "vitest";
import { poisonedAccessToken, poisonedStorm } from "../../bench/storm/poisoned.ts";
import { windowedStorm } from "../../bench/storm/rate-window.ts";

/* What docs/BENCHMARKS.md says of a thousand tokens, in small. */

describe("a storm in which the secret of the token that is due soonest takes no string", () => {
  it.each([
    ["of one application", () => poisonedStorm(40, 1)],
    ["of ten applications", () => poisonedStorm(40, 10)],
    ["of one whose access token it is", () => poisonedAccessToken(40)],
  ])("rotates all others %s in one run, and makes and deletes one token in vain", async (_, storm) => {
    expect(await storm()).toMatchObject({ rotated: 39, failed: 1, created: 40, deleted: 1, orphans: 0 });
  });
});

describe("a storm while Losant answers thirty requests in fifteen seconds", () => {
  it.each([
    ["where a refusal says when to ask again", true, 20],
    ["where a refusal says nothing", false, 25],
  ])("makes no call twice that was answered, and tries every string, %s", async (_, isSaid, refused) => {
    const storm = await windowedStorm(40, isSaid);
    expect(storm).toMatchObject({ runs: 1, rotated: 40, tried: 40, answered: 81, failures: 0, orphans: 0 });
    expect(storm.wallMs / storm.boundMs).toBeLessThan(1.2);
    expect(storm.refused).toBeLessThan(refused);
  });
});
