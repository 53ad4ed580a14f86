import { describe, expect, it } from "vitest";
import type { ApiToken } from "../../lambda/model/token.ts";
import { successorExpiresAt } from "../../lambda/policy/renewal-window.ts";
import {
  applicationOf,
  DAY,
  deactivated,
  HOUR,
  MINUTE,
  NOW,
  plansOf,
  type Row,
  readAgo,
  type Situation,
  secret,
  sentencesOf,
  token,
  version,
} from "./builders.ts";

interface Boundary extends Omit<Situation, "now"> {
  readonly says: string;
  /** The moment at which the answer changes. */
  readonly at: Date;
  readonly before: Row["plan"];
  readonly after: Row["plan"];
}

const fromNow = (ms: number) => new Date(NOW.getTime() + ms);
const isCurrent = version("current", "root", "AWSCURRENT");
const managed = secret([isCurrent]);
/** Lives for `life`, made now. */
const fresh = (label: string, life: number) => token(label, { age: 0, left: life });
const freshCurrent = (life: number | "forever") => token("current", { age: 0, left: life, replaces: "root" });
const forced = { tokens: ["backend"], force: true };
/** orphanAfter and two intervals. */
const PROMOTABLE = HOUR + 2 * 6 * HOUR;

const retiring = {
  tokens: [
    token("second", { replaces: "first", age: 400 * DAY, left: 300 * DAY }),
    token("third", { replaces: "second", age: 0, left: 365 * DAY }),
  ],
  secrets: [
    secret([version("third", "second", "AWSCURRENT"), version("second", "first", "AWSPREVIOUS")], {
      changed: 0,
    }),
  ],
};

const deactivatedRoot = (after: number) =>
  deactivated(token("root", { age: 400 * DAY, left: "forever" }), fromNow(after));
const endingRoot = (root: ApiToken) => ({
  tokens: [root, freshCurrent(365 * DAY)],
  secrets: [secret([readAgo(0, isCurrent)], { changed: 0, read: 0 })],
  policy: { retire: { deactivateAfter: "7d", deleteAfter: "30d", roots: true } },
});

/** Replaced now, with so much of its life left, and nobody reads the secret. */
const unread = (left: number | "forever") => ({
  tokens: [
    token("second", { replaces: "first", age: 400 * DAY, left }),
    token("third", { replaces: "second", age: 0, left: 365 * DAY }),
  ],
  secrets: [
    secret([version("third", "second", "AWSCURRENT"), version("second", "first", "AWSPREVIOUS")], {
      changed: 0,
      read: "never",
    }),
  ],
  before: ["wait third: not-due", "skip second: superseded"],
  after: ["wait third: not-due", "skip second: successor-unread"],
});

const BOUNDARIES: readonly Boundary[] = [
  {
    says: "the renewal window opens renewBefore before the expiry of a token that lives long",
    tokens: [fresh("root", 365 * DAY)],
    at: fromNow(335 * DAY),
    before: ["wait root: not-due"],
    after: ["rotate root: renewal-window"],
  },
  {
    says: "the renewal window opens at two thirds of a life that is shorter than three times renewBefore",
    tokens: [fresh("root", 60 * DAY)],
    at: fromNow(40 * DAY),
    before: ["wait root: not-due"],
    after: ["rotate root: renewal-window"],
  },
  {
    says: "a life of three times renewBefore makes both the same",
    tokens: [fresh("root", 90 * DAY)],
    at: fromNow(60 * DAY),
    before: ["wait root: not-due"],
    after: ["rotate root: renewal-window"],
  },
  {
    says: "the renewal window is two intervals at least, when a third of the life is less",
    tokens: [fresh("root", 30 * HOUR)],
    at: fromNow(18 * HOUR),
    before: ["wait root: not-due"],
    after: ["rotate root: renewal-window"],
  },
  {
    says: "the renewal window is two intervals at least, when renewBefore is less",
    tokens: [fresh("root", 365 * DAY)],
    policy: { renewBefore: "1d" },
    schedule: "3d",
    at: fromNow(359 * DAY),
    before: ["wait root: not-due"],
    after: ["rotate root: renewal-window"],
  },
  {
    says: "a managed token that is due is expired from the moment of its expiry",
    tokens: [freshCurrent(90 * DAY)],
    secrets: [managed],
    at: fromNow(90 * DAY),
    before: ["rotate current: renewal-window"],
    after: ["rotate current: expired"],
  },
  {
    says: "a root is left alone from the moment of its expiry",
    tokens: [fresh("root", 90 * DAY)],
    at: fromNow(90 * DAY),
    before: ["rotate root: renewal-window"],
    after: ["skip root: expired-unmanaged"],
  },
  {
    says: "a token that never expires is due at the age that policy gives",
    tokens: [freshCurrent("forever")],
    secrets: [managed],
    policy: { neverExpiring: "180d" },
    at: fromNow(180 * DAY),
    before: ["wait current: not-due"],
    after: ["rotate current: max-age"],
  },
  {
    says: "an orphan is discarded at orphanAfter, and until then blocks issuing",
    tokens: [
      token("root", { age: 350 * DAY, left: 15 * DAY }),
      token("orphan", { replaces: "root", age: 0 }),
    ],
    secrets: [secret()],
    policy: { orphanAfter: "2h" },
    at: fromNow(2 * HOUR),
    before: ["skip root: young-orphan", "skip orphan: young-orphan"],
    after: ["discard orphan: orphan", "rotate root: renewal-window"],
  },
  {
    says: "a staged version that lost is discarded when no run can be at it any more",
    tokens: [token("current", { replaces: "root" }), token("next", { replaces: "root", age: 0 })],
    secrets: [secret([isCurrent, version("next", "root", "rotating")])],
    at: fromNow(PROMOTABLE + HOUR),
    before: ["wait current: not-due", "skip next: young-orphan"],
    after: ["discard next: lost-race", "wait current: not-due"],
  },
  {
    says: "a young orphan holds up nothing once fewer than two intervals are left",
    tokens: [
      token("root", { age: 365 * DAY, left: 12 * HOUR }),
      token("orphan", { replaces: "root", age: 0 }),
    ],
    secrets: [secret()],
    at: fromNow(1),
    before: ["skip root: young-orphan", "skip orphan: young-orphan"],
    after: ["rotate root: renewal-window", "skip orphan: young-orphan"],
  },
  {
    says: "a rollback holds until fewer than two intervals are left",
    tokens: [token("current", { replaces: "root", age: 365 * DAY, left: 12 * HOUR })],
    secrets: [secret([isCurrent, version("bad", "current", "AWSPREVIOUS")])],
    at: fromNow(1),
    before: ["skip current: rolled-back"],
    after: ["rotate current: renewal-window"],
  },
  {
    says: "a current token may be rotated again, by force, when it is ten minutes old",
    tokens: [freshCurrent(365 * DAY)],
    secrets: [managed],
    asks: forced,
    at: fromNow(10 * MINUTE),
    before: ["skip current: just-rotated"],
    after: ["rotate current: forced"],
  },
  {
    says: "grace before deactivation is counted from the last moment at which the successor could be promoted",
    ...retiring,
    policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
    at: fromNow(7 * DAY + PROMOTABLE),
    before: ["wait third: not-due", "skip second: superseded"],
    after: ["wait third: not-due", "retire second: grace-over, deactivate"],
  },
  {
    says: "grace before deletion is counted from the last moment at which the successor could be promoted",
    ...retiring,
    policy: { retire: { unread: "ignore", deactivateAfter: "7d", deleteAfter: "30d" } },
    at: fromNow(30 * DAY + PROMOTABLE),
    before: ["wait third: not-due", "retire second: grace-over, deactivate"],
    after: ["wait third: not-due", "retire second: grace-over, delete"],
  },
  {
    says: "grace before deactivation is counted from a later change of the secret",
    tokens: retiring.tokens,
    secrets: [
      secret([version("third", "second", "AWSCURRENT"), version("second", "first", "AWSPREVIOUS")], {
        changed: -2 * DAY,
      }),
    ],
    policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
    at: fromNow(9 * DAY),
    before: ["wait third: not-due", "skip second: superseded"],
    after: ["wait third: not-due", "retire second: grace-over, deactivate"],
  },
  {
    says: "grace of a root is counted from the last moment at which its successor could be promoted",
    ...endingRoot(token("root", { age: 400 * DAY, left: "forever" })),
    at: fromNow(7 * DAY + PROMOTABLE),
    before: ["wait current: not-due", "skip root: superseded"],
    after: ["wait current: not-due", "retire root: grace-over, deactivate"],
  },
  {
    says: "a root that was deactivated at once is deleted after its second grace",
    ...endingRoot(deactivatedRoot(0)),
    at: fromNow(30 * DAY + PROMOTABLE),
    before: ["wait current: not-due", "skip root: superseded"],
    after: ["wait current: not-due", "retire root: grace-over, delete"],
  },
  {
    says: "a root that was deactivated late is deleted after the time that policy has between both",
    ...endingRoot(deactivatedRoot(20 * DAY)),
    at: fromNow(43 * DAY),
    before: ["wait current: not-due", "skip root: superseded"],
    after: ["wait current: not-due", "retire root: grace-over, delete"],
  },
  {
    says: "a staged version is resumed until it is orphanAfter and two intervals old",
    tokens: [token("current", { replaces: "root" }), token("next", { replaces: "current", age: 0 })],
    secrets: [secret([isCurrent, version("next", "current", "rotating")])],
    at: fromNow(PROMOTABLE),
    before: ["resume current: unfinished", "wait next: not-due"],
    after: ["wait current: not-due", "skip next: young-orphan"],
  },
  {
    says: "a staged version that could have been resumed is discarded when no resumption can be under way",
    tokens: [token("current", { replaces: "root" }), token("next", { replaces: "current", age: 0 })],
    secrets: [secret([isCurrent, version("next", "current", "rotating")])],
    at: fromNow(PROMOTABLE + HOUR),
    before: ["wait current: not-due", "skip next: young-orphan"],
    after: ["discard next: lost-race", "wait current: not-due"],
  },
  {
    says: "grace of an older token is counted from the creation of its successor's successor",
    tokens: [
      token("first", { replaces: "root", age: 400 * DAY, left: 300 * DAY, status: "inactive" }),
      token("second", { replaces: "first", age: 200 * DAY, left: 300 * DAY, status: "inactive" }),
      token("third", { replaces: "second", age: 0, left: 365 * DAY }),
    ],
    secrets: [
      secret(
        [
          version("third", "second", "AWSCURRENT"),
          version("second", "first", "AWSPREVIOUS"),
          version("first", "root"),
        ],
        { changed: -DAY },
      ),
    ],
    policy: { retire: { unread: "ignore", deleteAfter: "30d" } },
    at: fromNow(30 * DAY),
    before: ["wait third: not-due", "skip first: superseded", "skip second: superseded"],
    after: ["wait third: not-due", "retire first: grace-over, delete", "skip second: superseded"],
  },
  {
    says: "consumers have three days to read a successor",
    ...unread(300 * DAY),
    at: fromNow(3 * DAY),
  },
  {
    says: "consumers have three days to read the successor of a token that never expires",
    ...unread("forever"),
    policy: { retire: { unread: "ignore", deactivateAfter: "30d" } },
    at: fromNow(3 * DAY),
  },
  {
    says: "consumers have half of the time until the predecessor expires, if that is less than three days",
    ...unread(4 * DAY),
    at: fromNow(2 * DAY),
  },
  {
    says: "consumers have half of the time until policy ends the predecessor, if that is less than three days",
    ...unread(300 * DAY),
    policy: { retire: { unread: "ignore", deactivateAfter: "1d" } },
    at: fromNow((DAY + PROMOTABLE) / 2),
  },
];

describe("one millisecond", () => {
  it.each(BOUNDARIES)("before and at the moment: $says", ({ at, before, after, ...situation }) => {
    const planAt = (now: Date) => sentencesOf(plansOf({ ...situation, now }));
    expect(planAt(new Date(at.getTime() - 1))).toEqual(before);
    expect(planAt(at)).toEqual(after);
  });

  it.each([
    [18 * HOUR, "skip root: too-short-lived"],
    [18 * HOUR + 1, "wait root: not-due"],
  ])("decides whether a life is too short for the schedule: %i ms", (life, sentence) => {
    expect(sentencesOf(plansOf({ tokens: [fresh("root", life)] }))).toEqual([sentence]);
  });

  it("ages of what may be discarded are counted to the moment before the first read, not to the plan's", () => {
    const situation = {
      tokens: [token("current", { replaces: "root" }), token("orphan", { replaces: "current", age: 0 })],
      secrets: [managed],
      now: fromNow(2 * HOUR),
    };
    const readAt = (ms: number) => sentencesOf(plansOf({ ...situation, readAt: fromNow(ms) }));
    expect(readAt(HOUR - 1)).toEqual(["wait current: not-due", "skip orphan: young-orphan"]);
    expect(readAt(HOUR)).toEqual(["discard orphan: orphan", "wait current: not-due"]);
  });

  it("and so are those of what was staged and lost", () => {
    const situation = {
      tokens: [token("current", { replaces: "root" }), token("next", { replaces: "root", age: 0 })],
      secrets: [secret([isCurrent, version("next", "root", "rotating")])],
      now: fromNow(PROMOTABLE + 2 * HOUR),
    };
    const readAt = (ms: number) => sentencesOf(plansOf({ ...situation, readAt: fromNow(ms) }));
    expect(readAt(PROMOTABLE + HOUR - 1)).toEqual(["wait current: not-due", "skip next: young-orphan"]);
    expect(readAt(PROMOTABLE + HOUR)).toEqual(["discard next: lost-race", "wait current: not-due"]);
  });
});

describe("a successor's expiry", () => {
  const policy = applicationOf({}).policy;
  const at = (expiresAt: string) => ({ ...token("root"), createdAt: NOW, expiresAt: new Date(expiresAt) });

  it.each([
    ["9990-01-01T00:00:00.000Z", "9990-01-01T00:00:00.000Z"],
    ["9999-12-31T00:00:00.000Z", "9999-12-31T00:00:00.000Z"],
    ["9999-12-31T00:00:00.001Z", "9999-12-31T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T00:00:00.000Z"],
    ["+275760-09-13T00:00:00.000Z", "9999-12-31T00:00:00.000Z"],
  ])("has a year of four digits in every zone: after a life until %s", (predecessor, successor) => {
    expect(successorExpiresAt(at(predecessor), policy, NOW, 0)?.toISOString()).toBe(successor);
    const later = new Date("2100-01-01T00:00:00Z");
    expect(successorExpiresAt(at(predecessor), policy, later, 0)?.toISOString()).toMatch(/^9999-12-31T00/);
  });

  it("ends a life that is no shorter from one to the next, but for a part of an hour", () => {
    let [life, now] = [at("2027-06-01T12:00:00.000Z"), NOW];
    for (let generation = 0; generation < 1_000; generation += 1) {
      const expiresAt = successorExpiresAt(life, policy, now, 0.999);
      if (expiresAt === undefined) throw new Error("it would never expire");
      const lifeMs = expiresAt.getTime() - now.getTime();
      expect(lifeMs).toBeGreaterThan(365 * DAY - HOUR);
      expect(lifeMs).toBeLessThan(365 * DAY);
      life = { ...life, createdAt: now, expiresAt };
      now = new Date(now.getTime() + DAY);
    }
  });
});
