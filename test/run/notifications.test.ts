import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { metricsOf } from "../../lambda/report/metrics.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World } from "../support/world.ts";

const INTERVAL = 6 * HOUR;
const FAILED = "Losant API Token Rotation Failed";
const EXPIRING = "Losant API Token Expiring";

const failing = (operation: string, code: ErrorCode, of = ""): Intercept => {
  const before = new RotationError(code, "planted");
  return (call) => (call.operation === operation && call.subject.includes(of) ? { before } : {});
};

/** Scheduled runs over so many days, each of them up to half an hour late, as the schedule allows. */
async function live(world: World, days: number, intercept?: Intercept, intervalMs = INTERVAL) {
  const startMs = world.clock.now().getTime();
  const results = [];
  for (let count = 0; count * intervalMs < days * DAY; count += 1) {
    const nextMs = startMs + count * intervalMs + ((count * 17) % 31) * MINUTE;
    world.clock.advance(Math.max(0, nextMs - world.clock.now().getTime()));
    results.push(await world.run({ trigger: "schedule" }, intercept && { intercept }));
  }
  return results;
}

const told = (world: World, type: string) =>
  world.events.filter(({ detailType }) => detailType === type).map(({ detail }) => detail);

/** How many days before its expiry each failure was told of, as its key says. */
const daysTold = (world: World, expiresAt: Date) => {
  const moments = new Set(
    told(world, FAILED).map(({ key }) => String(key).match(/\d{4}-\d\d-.*$/)?.[0] ?? ""),
  );
  return [...moments].map((moment) => (expiresAt.getTime() - Date.parse(moment)) / DAY);
};

const rungsOf = (world: World, tokenId: string) =>
  told(world, EXPIRING).flatMap(({ key, tokenId: id, daysLeft }) => {
    if (id === tokenId) expect(key).toBe(`${tokenId}-${daysLeft}`);
    return id === tokenId ? [daysLeft] : [];
  });

/** A token with a secret of its own: the successor of one that was due. */
async function rotatedOnce(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  world.token("backend", { age: 352 * DAY, lifetime: 365 * DAY });
  const { report } = await world.run();
  const successorId = report.tokens.find(({ outcome }) => outcome === "rotated")?.successorId;
  const successor = world.losant.tokens(APP).find(({ id }) => id === successorId);
  if (successor === undefined) throw new Error("it was not rotated");
  world.clock.advance(INTERVAL);
  return { world, successor };
}

/** As another deployment makes them: or as somebody writes it. */
const foreign = (lifetime: number, replaced = "a".repeat(24)) => ({
  lifetime,
  creatorType: "apiToken" as const,
  description: `[losant-token-rotation replaces=${replaced} secret=arn:aws:secretsmanager:eu-west-1:999988887777:secret:losant/${APP}/backend-AbCdEf run=run-9]`,
});

const expiryOf = ({ expirationDate }: { readonly expirationDate?: Date | undefined }) =>
  expirationDate ?? new Date(0);

describe("a token that fails in every run", () => {
  it("is told of when it became due, at each rung, at its end, and monthly after; and counted each time", async () => {
    const { world, successor } = await rotatedOnce({ policy: { lifetime: "90d" } });
    world.clock.advance(HOUR);
    const results = await live(world, 155, failing("create", "scope-rejected"));
    expect(results.filter(({ report }) => report.summary.failed > 0).length).toBe((155 - 60) * 4 + 1);
    // Its end is a part of an hour earlier than a whole number of days after its birth.
    expect(daysTold(world, expiryOf(successor)).map(Math.round)).toEqual([30, 14, 7, 3, 1, 0, -30, -60]);
    expect(told(world, FAILED).length).toBeLessThanOrEqual(8 + 1);
    // A third of its life is less than thirty days: so long before its end it was not due.
    expect(new Set(rungsOf(world, successor.id))).toEqual(new Set([14, 7, 3, 1, 0]));
    expect(told(world, FAILED)[0]).toMatchObject({ code: "scope-rejected", reason: "renewal-window" });
  });

  it("still keeps the alarms on, since metrics and report don't keep quiet", async () => {
    const world = new World();
    world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    const { facts, report, failures } = await world.run(
      { trigger: "schedule" },
      { intercept: failing("create", "scope-rejected") },
    );
    expect(told(world, FAILED)).toEqual([]);
    expect(failures).toHaveLength(1);
    expect(report.summary.failed).toBe(1);
    expect(metricsOf({ ...facts, functionName: "worker" }, world.clock.now())).toMatchObject({
      RunSucceeded: 0,
      Failed: 1,
      SoonestExpiryDays: 25,
    });
  });

  it("is told of in every run that somebody starts by hand, and in one that forces it", async () => {
    const world = new World();
    const { id } = world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    const intercept = failing("create", "scope-rejected");
    await world.run({}, { intercept, runId: "one" });
    await world.run({}, { intercept, runId: "two" });
    await world.run({ trigger: "schedule", tokens: [id], force: true }, { intercept, runId: "three" });
    expect(told(world, FAILED).map(({ key }) => key)).toEqual(
      ["one", "two", "three"].map((run) => `${id}-scope-rejected-${run}`),
    );
    expect(told(world, EXPIRING)).toEqual([]);
  });

  it("names its secret, where there is one, so that rules can match it", async () => {
    const { world } = await rotatedOnce();
    world.clock.advance(340 * DAY);
    await world.run({}, { intercept: failing("create", "scope-rejected") });
    const arn = world.secrets.get(world.secretOf("backend")).arn;
    const event = world.events.find(({ detailType }) => detailType === FAILED);
    expect(event).toMatchObject({ resources: [arn], detail: { secretArn: arn } });
  });

  it("that never expires is told of when it became too old, and monthly after", async () => {
    const world = new World({ policy: { neverExpiring: "10d", exclude: ["rotation worker"] } });
    world.token("eternal");
    await live(world, 75, failing("create", "scope-rejected"));
    expect(daysTold(world, world.clock.now()).length).toBe(3);
    expect(told(world, FAILED).length).toBeLessThanOrEqual(4);
  });

  it("because its secret can't be read is quiet until it is due", async () => {
    const { world, successor } = await rotatedOnce({ policy: { renewBefore: "14d", lifetime: "60d" } });
    await live(world, 44, failing("describe", "store-denied", "backend"));
    const ofSuccessor = () => told(world, FAILED).filter(({ tokenId }) => tokenId === successor.id);
    expect(ofSuccessor()).toEqual([]);
    await live(world, 17, failing("describe", "store-denied", "backend"));
    expect(ofSuccessor().map(({ reason, code }) => `${reason}: ${code}`)).toContain(
      "undecided: store-denied",
    );
    expect(new Set(rungsOf(world, successor.id))).toEqual(new Set([14, 7, 3, 1, 0]));
  });

  it("to be deactivated is told of once its grace is over, and monthly after", async () => {
    const { world, successor } = await rotatedOnce({
      policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
    });
    await world.run({ tokens: [successor.id], force: true });
    world.clock.advance(INTERVAL);
    await live(world, 50, failing("deactivate", "losant-unavailable"));
    const moments = told(world, FAILED);
    expect(new Set(moments.map(({ key }) => key)).size).toBe(2);
    expect(moments.length).toBeLessThanOrEqual(3);
    expect(moments[0]).toMatchObject({ reason: "grace-over", code: "losant-unavailable" });
    expect(told(world, EXPIRING)).toEqual([]);
  });

  it("to be deactivated since its string is stored nowhere is told of likewise", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(HOUR));
    await live(world, 40, failing("deactivate", "access-token-forbidden"));
    const moments = told(world, FAILED).filter(({ reason }) => reason === "orphan");
    expect(new Set(moments.map(({ key }) => key)).size).toBe(2);
    expect(moments.length).toBeLessThanOrEqual(3);
  });

  it("to be deleted since it can't become current any more is told of when it is tried", async () => {
    const { world, successor } = await rotatedOnce();
    const dying: Intercept = ({ operation }) => (operation === "promote" ? { before: "crash" } : {});
    void world.start({ tokens: [successor.id], force: true }, { intercept: dying });
    await world.clock.run(world.clock.sleep(HOUR));
    world.losant.edit(APP, successor.id, { status: "inactive" });
    await live(world, 40, failing("delete", "access-token-forbidden"));
    const moments = told(world, FAILED).filter(({ reason }) => reason === "lost-race");
    expect(new Set(moments.map(({ key }) => key)).size).toBe(2);
    expect(moments.length).toBeLessThanOrEqual(3);
  });

  it("to tell the bus is not told to the bus", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const seen: string[] = [];
    const refused = new RotationError("bus-unavailable", "planted");
    await world.run(
      {},
      {
        intercept: ({ operation, subject }) => {
          if (operation !== "publish") return {};
          seen.push(subject);
          return { before: refused };
        },
      },
    );
    expect(seen).toEqual(["Losant API Token Rotated", "Losant Token Rotation Run Completed"]);
  });
});

describe("a token that will not be rotated", () => {
  it.each([
    ["excluded", { policy: { exclude: ["backend"] } }, {}],
    ["no-scope", {}, { scope: [] }],
  ])("is warned of at each rung, and never after its expiry (%s)", async (reason, options, seed) => {
    const world = new World(options);
    const token = world.token("backend", { lifetime: 45 * DAY + HOUR, ...seed });
    await live(world, 50);
    expect(rungsOf(world, token.id)).toEqual([30, 14, 7, 3, 1, 0]);
    expect(told(world, EXPIRING)[0]).toMatchObject({ reason, tokenName: "backend", daysLeft: 30 });
    expect(told(world, FAILED)).toEqual([]);
  });

  it("is warned of from fourteen days on where its text names another deployment", async () => {
    const world = new World();
    const token = world.token("backend", foreign(45 * DAY + HOUR));
    await live(world, 50);
    expect(rungsOf(world, token.id)).toEqual([14, 7, 3, 1, 0]);
    expect(told(world, EXPIRING)[0]).toMatchObject({ reason: "foreign", tokenName: "backend" });
  });

  it("is not warned of where a younger token of its scope says that it replaced it", async () => {
    const world = new World();
    const token = world.token("backend", foreign(45 * DAY));
    world.clock.advance(30 * DAY);
    const other = world.token("backend", foreign(90 * DAY, token.id));
    await live(world, 20);
    expect(rungsOf(world, token.id)).toEqual([]);
    world.losant.edit(APP, other.id, { status: "inactive" });
    const lonely = world.token("backend", foreign(14 * DAY));
    await live(world, 14);
    expect(rungsOf(world, lonely.id)).not.toEqual([]);
  });

  it("is warned of at the rungs that runs three days apart come to", async () => {
    const world = new World({ policy: { exclude: ["backend"] }, config: { schedule: "3d" } });
    const token = world.token("backend", { lifetime: 44.5 * DAY });
    await live(world, 50, undefined, 3 * DAY);
    expect(rungsOf(world, token.id)).toEqual([30, 14, 7, 3]);
  });

  it("is not warned of by hand, nor where it is dead, or will be rotated", async () => {
    const world = new World({ policy: { exclude: ["by hand"] } });
    const dates = { age: 31 * DAY, lifetime: 45 * DAY };
    world.token("by hand", { ...dates, lifetime: 38 * DAY });
    await world.run({});
    expect(told(world, EXPIRING)).toEqual([]);
    const other = new World({ policy: { renewBefore: "6d" } });
    other.token("dead", { ...dates, status: "inactive", description: "[losant-token-rotation oops]" });
    other.token("waiting", dates);
    await live(other, 5);
    expect(told(other, EXPIRING)).toEqual([]);
  });

  it("is warned of once for its lineage: the revoked token, not the ones before it", async () => {
    const { world, successor } = await rotatedOnce({ policy: { lifetime: "60d" } });
    world.losant.edit(APP, successor.id, { status: "inactive" });
    await live(world, 65);
    expect(told(world, EXPIRING).map(({ reason }) => reason)).toEqual(Array(6).fill("revoked"));
    expect(rungsOf(world, successor.id)).toEqual([30, 14, 7, 3, 1, 0]);
  });

  it("is warned of once for its lineage where the secret is about to be deleted", async () => {
    const { world, successor } = await rotatedOnce({ policy: { lifetime: "15d" } });
    world.aws.scheduleDeletion(world.secretOf("backend"), 30);
    await live(world, 16);
    expect(rungsOf(world, successor.id)).toEqual([14, 7, 3, 1, 0]);
    // Its predecessor has as many days left.
    expect(told(world, EXPIRING)).toHaveLength(5);
  });

  it("is not warned of when it is put off for a run or two", async () => {
    const world = new World({ policy: { maxRotationsPerRun: 1 } });
    for (const name of ["one", "another", "third"])
      world.token(name, { age: 59.9 * DAY, lifetime: 90 * DAY });
    const results = await live(world, 2);
    expect(results.some(({ report }) => report.summary.deferred === 2)).toBe(true);
    expect(told(world, EXPIRING)).toEqual([]);
  });

  it("is warned of when it is put off again and again", async () => {
    const world = new World();
    const patient = world.token("patient", { age: 61.6 * DAY, lifetime: 90 * DAY });
    const before = new RotationError("losant-throttled", "planted", { effect: "none" });
    const throttled: Intercept = ({ operation }) => (operation === "create" ? { before } : {});
    await live(world, 35, throttled);
    expect(rungsOf(world, patient.id)).toEqual([14, 7, 3, 1, 0]);
  });
});

describe("the worker's own access token", () => {
  async function accessTokenOf(options: ConstructorParameters<typeof World>[0]) {
    const world = new World(options);
    const own = world.token("own", { lifetime: 45 * DAY + HOUR, scope: ["all.Application"] });
    world.aws.putSecret(`losant-access/${APP}`, own.token);
    return { world, own };
  }

  it("is warned of where nothing renews it in its own secret, once for each rung", async () => {
    const { world, own } = await accessTokenOf({ policy: { exclude: ["own"] } });
    await live(world, 45.1);
    expect(rungsOf(world, own.id)).toEqual([30, 14, 7, 3, 1, 0]);
    expect(told(world, EXPIRING)[0]).toMatchObject({
      reason: "access-token",
      secretName: `losant-access/${APP}`,
    });
  });

  it("is warned of also when its successor went into another secret, which the worker doesn't read", async () => {
    const { world, own } = await accessTokenOf({});
    await live(world, 44.5);
    expect(told(world, "Losant API Token Rotated").length).toBeGreaterThan(0);
    expect(rungsOf(world, own.id)).toEqual([30, 14, 7, 3, 1]);
  });

  it("is not warned of where an entry of `secrets` lets the worker renew it", async () => {
    const { world } = await accessTokenOf({ secrets: { own: `losant-access/${APP}` } });
    await live(world, 100);
    expect(told(world, EXPIRING)).toEqual([]);
  });
});

describe("a token that never expires and was replaced", () => {
  const NOT_RETIRED = "Losant API Token Not Retired";

  async function replaced(policy: Record<string, unknown> = {}) {
    const world = new World({ policy: { lifetime: "365d", ...policy } });
    const { id } = world.token("backend", { age: 400 * DAY });
    await world.run({ tokens: [id], force: true });
    return { world, id };
  }

  it("is told of once it was certainly replaced, and every thirty days", async () => {
    const { world, id } = await replaced();
    const replacedAt = world.clock.now().getTime() + 13 * HOUR;
    await live(world, 70);
    const news = told(world, NOT_RETIRED);
    const moments = [...new Set(news.map(({ key }) => String(key).replace(`${id}-not-retired-`, "")))];
    expect(moments.map((moment) => Math.round((Date.parse(moment) - replacedAt) / DAY))).toEqual([0, 30, 60]);
    expect(news.length).toBeLessThanOrEqual(3 + 1);
    expect(news[0]).toMatchObject({ tokenId: id, reason: "never-retired", trigger: "schedule" });
    expect(news[0]).not.toHaveProperty("expirationDate");
  });

  it("is told of by no manual run, by no dry run, and not once somebody has deactivated it", async () => {
    const { world, id } = await replaced();
    world.clock.advance(13 * HOUR + MINUTE);
    await world.run({});
    await world.run({ trigger: "schedule", dryRun: true });
    world.losant.edit(APP, id, { status: "inactive" });
    await world.run();
    expect(told(world, NOT_RETIRED)).toEqual([]);
    world.losant.edit(APP, id, { status: "active" });
    await world.run();
    expect(told(world, NOT_RETIRED)).toHaveLength(1);
  });

  it("is told of with the reason for which the policy keeps it", async () => {
    const policy = { neverExpiring: "20d", retire: { deactivateAfter: "7d" } };
    const world = new World({ policy, config: { schedule: "1d" } });
    const { id } = world.token("backend", { age: 400 * DAY });
    await live(world, 55, undefined, DAY);
    const reasons = (type: string) =>
      new Set(
        told(world, type).map(({ tokenId, reason }) => `${tokenId === id ? "root" : "other"}: ${reason}`),
      );
    expect(reasons(NOT_RETIRED)).toContain("root: never-retired");
    expect(reasons(NOT_RETIRED)).not.toContain("other: successor-unread");
    // Its successor was replaced after twenty days, and nobody reads what replaced it.
    expect(reasons("Losant API Token Successor Unread")).toContain("other: successor-unread");
  });

  it("costs no call in a run in which nothing is due", async () => {
    const calls = async (age: number, lifetime?: number) => {
      const world = new World({ policy: { lifetime: "365d" } });
      const { id } = world.token("backend", { age, ...(lifetime !== undefined && { lifetime }) });
      await world.run({ tokens: [id], force: true });
      world.clock.advance(10 * DAY);
      const operations: string[] = [];
      await world.run(undefined, {
        intercept: ({ operation }) => {
          operations.push(operation);
          return {};
        },
      });
      return operations;
    };
    expect(await calls(400 * DAY)).toEqual(await calls(100 * DAY, 365 * DAY));
  });
});
