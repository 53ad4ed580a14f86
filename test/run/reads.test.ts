import { describe, expect, it } from "vitest";
import { getSecretValue } from "../../emulators/aws/secrets-reads.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const RETIRING = { retire: { deactivateAfter: "7d" } };

/** The policy's grace period of a token that was replaced ten days ago has ended. Nobody has read the secret. */
async function replaced(policy: Record<string, unknown> = RETIRING) {
  const world = new World({ policy });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  await world.run();
  const newest = () => {
    const token = world.losant.tokens(APP).at(-1);
    if (token === undefined) throw new Error("there is no token");
    return token;
  };
  world.clock.advance(HOUR);
  const former = newest();
  await world.run({ tokens: [former.id], force: true });
  const current = newest();
  world.clock.advance(10 * DAY);
  const SecretId = world.secretOf("backend");
  const read = (VersionStage: string) => getSecretValue(world.secrets, { SecretId, VersionStage });
  return { world, former, current, read };
}

const statusOf = (world: World, tokenId: string) =>
  world.losant.tokens(APP).find(({ id }) => id === tokenId)?.status;

/** What a run says of one token, and which calls it makes. */
async function seen(world: World, tokenId: string, event: object = {}) {
  const operations: string[] = [];
  const intercept: Intercept = ({ operation }) => {
    operations.push(operation);
    return {};
  };
  const { report } = await world.run({ trigger: "schedule", ...event }, { intercept });
  return { row: report.tokens.find((row) => row.tokenId === tokenId), operations };
}

describe("a predecessor that the policy would retire", () => {
  it("is kept while nobody has read its successor, without any call for it", async () => {
    const { world, former } = await replaced();
    const { row, operations } = await seen(world, former.id);
    expect(row).toMatchObject({ action: "skip", reason: "successor-unread", outcome: "skipped" });
    const idle = await replaced({ retire: "never" });
    expect(operations).toEqual((await seen(idle.world, idle.former.id)).operations);
    expect(statusOf(world, former.id)).toBe("active");
  });

  it("is retired once a consumer has read its successor", async () => {
    const { world, former, read } = await replaced();
    await seen(world, former.id);
    read("AWSCURRENT");
    expect((await seen(world, former.id)).row).toMatchObject({ action: "retire", outcome: "deactivated" });
  });

  it("is kept while a consumer reads AWSPREVIOUS, also if another one has read its successor", async () => {
    const { world, former, read } = await replaced();
    read("AWSPREVIOUS");
    expect((await seen(world, former.id)).row).toMatchObject({ reason: "successor-unread" });
    read("AWSCURRENT");
    expect((await seen(world, former.id)).row).toMatchObject({ reason: "still-read" });
    expect(statusOf(world, former.id)).toBe("active");
  });

  it("is retired by time alone if the policy ignores who has read what", async () => {
    const { world, former } = await replaced({ retire: { unread: "ignore", deactivateAfter: "7d" } });
    expect((await seen(world, former.id)).row).toMatchObject({ outcome: "deactivated" });
  });

  it("is ended by retireNow, whoever has read what", async () => {
    const { world, former } = await replaced();
    const { row } = await seen(world, former.id, {
      trigger: "manual",
      tokens: [former.id],
      retireNow: true,
    });
    expect(row).toMatchObject({ reason: "retire-now", outcome: "deactivated" });
  });

  it("is warned of from seven days before it expires, and so is each other one", async () => {
    const { world, former, current } = await replaced();
    const endsAt = former.expirationDate?.getTime() ?? 0;
    world.clock.advance(endsAt - world.clock.now().getTime() - 20 * DAY + 3 * HOUR);
    // The token that was current is replaced too, and nobody reads that successor either.
    await world.run();
    world.clock.advance(9 * DAY);
    for (let runs = 0; runs < 45; runs += 1) {
      await world.run();
      world.clock.advance(6 * HOUR);
    }
    const warned = (id: string) =>
      world.events
        .filter(({ detailType }) => detailType === "Losant API Token Expiring")
        .flatMap(({ detail }) => (detail.tokenId === id ? [[detail.reason, detail.daysLeft]] : []));
    const expected = [7, 3, 1, 0].map((days) => ["successor-unread", days]);
    expect(warned(former.id)).toEqual(expected);
    expect(warned(current.id)).toEqual(expected);
  });
});
