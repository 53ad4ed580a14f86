import { describe, expect, it } from "vitest";
import { getSecretValue } from "../../emulators/aws/secrets-reads.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const RETIRING = { retire: { deactivateAfter: "7d" } };

function newestOf(world: World) {
  const token = world.losant.tokens(APP).at(-1);
  if (token === undefined) throw new Error("there is no token");
  return token;
}

/** The policy's grace period of a token that was replaced ten days ago has ended. Nobody has read the secret. */
async function replaced(policy: Record<string, unknown> = RETIRING) {
  const world = new World({ policy });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  await world.run();
  world.clock.advance(HOUR);
  const former = newestOf(world);
  await world.run({ tokens: [former.id], force: true });
  const current = newestOf(world);
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
});

const UNREAD = "Losant API Token Successor Unread";

/** The warnings that one run sends. */
async function warningsOf(world: World, trigger = "schedule") {
  const before = world.events.length;
  const { facts, report } = await world.run({ trigger });
  const sent = world.events.slice(before).filter(({ detailType }) => detailType === UNREAD);
  return { facts, report, sent };
}

/** When six-hourly runs warn of this predecessor, in days from now, and how many days they say are left. */
async function warningsFor(world: World, id: string, days: number) {
  const startMs = world.clock.now().getTime();
  // Some are sent twice. Consumers recognize these by their key.
  const warnings = new Map<string, { readonly day: number; readonly daysLeft: unknown }>();
  for (let run = 0; run < 4 * days; run += 1) {
    const day = Math.floor((world.clock.now().getTime() - startMs) / DAY);
    const { sent } = await warningsOf(world);
    for (const { detail } of sent)
      if (detail.tokenId === id) warnings.set(detail.key, { day, daysLeft: detail.daysLeft });
    world.clock.advance(6 * HOUR);
  }
  return [...warnings].map(([key, { day, daysLeft }]) => ({ key, day, daysLeft }));
}

describe("a successor that nobody reads", () => {
  const due = { age: 335 * DAY, lifetime: 365 * DAY };

  it("is told of three days after it became current, and 7, 3 and 1 days before its predecessor expires", async () => {
    const world = new World();
    const { id } = world.token("backend", due);
    const warnings = await warningsFor(world, id, 31);
    expect(warnings.map(({ day, daysLeft }) => [day, daysLeft])).toEqual([
      [3, undefined],
      [23, 7],
      [27, 3],
      [29, 1],
      [29, 0],
    ]);
  });

  it("is told of in one event that names both tokens, what happens when, and what to do", async () => {
    const world = new World();
    const root = world.token("backend", due);
    await world.run();
    const successor = world.losant.tokens(APP).at(-1);
    world.clock.advance(3 * DAY);
    const { sent, facts, report } = await warningsOf(world);
    expect(sent).toMatchObject([
      {
        resources: [expect.stringContaining(world.secretOf("backend"))],
        detail: {
          tokenId: root.id,
          successorId: successor?.id,
          replacedDate: successor?.creationDate.toISOString(),
          headline: expect.stringMatching(
            /was replaced, and nobody has read its successor\. It expires in 27 days/,
          ),
          advice: expect.stringMatching(/restart them.*AWSPREVIOUS.*#successor-unread$/),
        },
      },
    ]);
    expect(sent[0]?.detail).not.toHaveProperty("daysLeft");
    expect(sent[0]?.detail).not.toHaveProperty("retirementDate");
    expect(facts.unreadSuccessors).toBe(1);
    expect(report.tokens.find(({ tokenId }) => tokenId === root.id)?.reason).toBe("successor-unread");
  });

  it("is not told of by a manual run, and with the same key by two runs at the same moment", async () => {
    const world = new World();
    world.token("backend", due);
    await world.run();
    world.clock.advance(3 * DAY);
    expect((await warningsOf(world, "manual")).sent).toEqual([]);
    const keys = async () => (await warningsOf(world)).sent.map(({ detail }) => detail.key);
    const first = await keys();
    expect(first).toHaveLength(1);
    expect(await keys()).toEqual(first);
  });

  it("costs no call. Once the secret has been read, two calls at the moments of warnings show which version was", async () => {
    const afterDays = async (days: number, isRead: boolean) => {
      const world = new World();
      const { id } = world.token("backend", due);
      await world.run();
      world.clock.advance(days * DAY);
      if (isRead) getSecretValue(world.secrets, { SecretId: world.secretOf("backend") });
      const { row, operations } = await seen(world, id);
      const isTold = world.events.some(({ detailType }) => detailType === UNREAD);
      return { reason: row?.reason, isTold, reads: operations.filter((one) => one !== "publish") };
    };
    const idle = ["readAccessToken", "list", "listSecrets"];
    const unread = { reason: "successor-unread", isTold: true, reads: idle };
    const read = { reason: "superseded", isTold: false, reads: [...idle, "describe", "history"] };
    expect(await afterDays(3, false)).toEqual(unread);
    expect(await afterDays(3, true)).toEqual(read);
    expect(await afterDays(6, true)).toEqual({ ...read, reads: idle });
  });

  it("is told of also if somebody has read the secret, but only AWSPREVIOUS", async () => {
    const { world, former, read } = await replaced({ retire: "never" });
    read("AWSPREVIOUS");
    world.clock.advance(340 * DAY);
    const warnings = await warningsFor(world, former.id, 15);
    expect(warnings.map(({ daysLeft }) => daysLeft)).toEqual([7, 3, 1, 0]);
    const last = world.events.find(({ detail }) => detail.key === warnings.at(-1)?.key);
    expect(last?.detail).toMatchObject({ tokenId: former.id, reason: "successor-unread" });
  });

  it("is told of with another reason if one consumer has read it, and another one still reads AWSPREVIOUS", async () => {
    const { world, former, read } = await replaced({ retire: "never" });
    for (const stage of ["AWSPREVIOUS", "AWSCURRENT"]) read(stage);
    world.clock.advance(340 * DAY);
    const [first] = await warningsFor(world, former.id, 15);
    const event = world.events.find(({ detail }) => detail.key === first?.key);
    expect(event?.detail).toMatchObject({ tokenId: former.id, reason: "still-read" });
  });

  it("is told of monthly if its predecessor never expires", async () => {
    const world = new World({ policy: { neverExpiring: "180d", lifetime: "365d" } });
    const { id } = world.token("backend", { age: 200 * DAY });
    const warnings = await warningsFor(world, id, 70);
    expect(warnings.map(({ day, daysLeft }) => [day, daysLeft])).toEqual([
      [3, undefined],
      [33, undefined],
      [63, undefined],
    ]);
  });

  it("is told of before policy ends its predecessor, if that is by time alone", async () => {
    const world = new World({ policy: { retire: { unread: "ignore", deactivateAfter: "14d" } } });
    world.token("backend", due);
    await world.run();
    world.clock.advance(HOUR);
    const former = world.losant.tokens(APP).at(-1)?.id ?? "";
    await world.run({ tokens: [former], force: true });
    const warnings = await warningsFor(world, former, 20);
    expect(warnings.map(({ daysLeft }) => daysLeft)).toEqual([undefined, 7, 3, 1, 0]);
    const event = world.events.find(({ detail }) => detail.key === warnings[1]?.key);
    expect(event?.detail).toMatchObject({
      retirementDate: expect.any(String),
      headline: expect.stringMatching(/It is ended by your policy in \d days/),
    });
    expect(statusOf(world, former)).toBe("inactive");
  });

  it("is told of each predecessor that policy keeps for its consumers", async () => {
    const { world, former, current } = await replaced();
    await world.run({ tokens: [current.id], force: true });
    const endMs = former.expirationDate?.getTime() ?? 0;
    world.clock.advance(endMs - world.clock.now().getTime() - 8 * DAY);
    await warningsFor(world, former.id, 9);
    const told = (id: string) =>
      world.events.flatMap(({ detailType, detail }) =>
        detailType === UNREAD && detail.tokenId === id ? [detail.daysLeft] : [],
      );
    expect(told(former.id)).toEqual([7, 3, 1, 0]);
    expect(told(current.id)).toEqual([7, 3, 1, 0]);
    expect(world.events.map(({ detailType }) => detailType)).not.toContain("Losant API Token Expiring");
  });
});

describe("whether consumers have read a token", () => {
  const due = { age: 335 * DAY, lifetime: 365 * DAY };
  const rowOf = async (world: World, id: string, event: object = { trigger: "schedule" }) =>
    (await world.run(event)).report.tokens.find(({ tokenId }) => tokenId === id);
  const detailOf = (world: World, type: string) =>
    world.events.findLast(({ detailType }) => detailType === type)?.detail;

  it("is in the row of a current token that replaced another one, as far as the list of secrets shows it", async () => {
    const world = new World();
    const root = world.token("backend", due);
    await world.run();
    const { id } = newestOf(world);
    world.clock.advance(DAY);
    expect((await rowOf(world, id))?.read).toBe("unread");
    // The list doesn't show which version was read.
    getSecretValue(world.secrets, { SecretId: world.secretOf("backend") });
    expect((await rowOf(world, id))?.read).toBe("unknown");
    expect(await rowOf(world, root.id)).not.toHaveProperty("read");
  });

  it("is in the event of the next rotation, and not in that of the first one", async () => {
    const world = new World();
    world.token("backend", due);
    await world.run();
    expect(detailOf(world, "Losant API Token Rotated")).not.toHaveProperty("replacedRead");
    world.clock.advance(DAY);
    const { id } = newestOf(world);
    const row = await rowOf(world, id, { tokens: [id], force: true });
    expect(row).toMatchObject({ outcome: "rotated", read: "unread" });
    expect(detailOf(world, "Losant API Token Rotated")).toMatchObject({
      replacedTokenId: id,
      replacedRead: "unread",
    });
  });

  it.each([
    ["AWSCURRENT", "read"],
    ["AWSPREVIOUS", "unread"],
    [undefined, "unread"],
  ])("is what retireNow says of the successor, if somebody has read %s", async (stage, evidence) => {
    const { world, former, read } = await replaced({ retire: "never" });
    if (stage !== undefined) read(stage);
    const row = await rowOf(world, former.id, { tokens: [former.id], retireNow: true });
    expect(row).toMatchObject({ outcome: "deactivated", successorRead: evidence });
    const detail = detailOf(world, "Losant API Token Retired");
    expect(detail).toMatchObject({ successorRead: evidence });
    expect(String(detail?.headline)).toContain(
      evidence === "read" ? "Consumers have read its successor." : "Nobody has read its successor.",
    );
  });

  it("is unknown if retireNow ends a token in the run that replaces it", async () => {
    const world = new World();
    const { id } = world.token("backend", due);
    await world.run({ tokens: [id], force: true, retireNow: true });
    expect(detailOf(world, "Losant API Token Retired")).toMatchObject({ successorRead: "unknown" });
  });
});
