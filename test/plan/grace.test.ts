import { describe, expect, it } from "vitest";
import {
  actionsOf,
  DAY,
  HOUR,
  labelOf,
  NOW,
  type Situation,
  secret,
  sentenceOf,
  type TokenTraits,
  token,
  version,
} from "./builders.ts";

/** orphanAfter and two intervals. */
const PROMOTABLE = HOUR + 2 * 6 * HOUR;
const fromNow = (ms: number) => new Date(NOW.getTime() + ms);

/** A token that has just been replaced. */
const replaced = (policy: object, former: TokenTraits = {}, read?: "never"): Situation => ({
  tokens: [
    token("former", { replaces: "root", age: 300 * DAY, left: 300 * DAY, ...former }),
    token("current", { replaces: "former", age: 0 }),
  ],
  secrets: [
    secret([version("current", "former", "AWSCURRENT"), version("former", "root", "AWSPREVIOUS")], {
      changed: 0,
      ...(read && { read }),
    }),
  ],
  policy,
});

/** What the plan says of a token, and when its grace period ends. */
function saidOf(label: string, situation: Situation, now = NOW) {
  const action = actionsOf({ ...situation, now }).find(
    (one) => one.kind !== "settle" && labelOf(one.subject.id) === label,
  );
  if (action === undefined) throw new Error(`the plan doesn't mention ${label}`);
  return [sentenceOf(action), action.kind === "skip" ? action.retiresAt : undefined];
}

const RETIRE = { retire: { deactivateAfter: "7d", deleteAfter: "30d" } };
const SUPERSEDED = "skip former: superseded";

describe("a predecessor in its grace period", () => {
  it("is shown with the moment at which it is retired, until that moment", () => {
    const end = fromNow(7 * DAY + PROMOTABLE);
    expect(saidOf("former", replaced(RETIRE))).toEqual([SUPERSEDED, end]);
    expect(saidOf("former", replaced(RETIRE), new Date(end.getTime() - 1))).toEqual([SUPERSEDED, end]);
    expect(saidOf("former", replaced(RETIRE), end)).toEqual([
      "retire former: grace-over, deactivate",
      undefined,
    ]);
  });

  it("is shown with the moment of its deletion if the policy only deletes", () => {
    expect(saidOf("former", replaced({ retire: { deleteAfter: "30d" } }))).toEqual([
      SUPERSEDED,
      fromNow(30 * DAY + PROMOTABLE),
    ]);
  });

  it("is shown with the opening of the next maintenance window after that", () => {
    const windows = [{ days: ["mon"], from: "08:00", to: "18:00", zone: "UTC" }];
    // The first of June 2026 is a Monday, and its grace period ends on a Tuesday.
    expect(saidOf("former", replaced({ ...RETIRE, windows }))).toEqual([
      SUPERSEDED,
      new Date("2026-06-15T08:00:00.000Z"),
    ]);
  });

  it("has no such moment if the policy doesn't end it", () => {
    expect(saidOf("former", replaced({}))).toEqual([SUPERSEDED, undefined]);
  });

  it("has none if it is inactive, or expires no later", () => {
    expect(saidOf("former", replaced(RETIRE, { status: "inactive" }))).toEqual([SUPERSEDED, undefined]);
    const left = 7 * DAY + PROMOTABLE;
    expect(saidOf("former", replaced(RETIRE, { left }))).toEqual([SUPERSEDED, undefined]);
    expect(saidOf("former", replaced(RETIRE, { left: left + 1 }))).toEqual([SUPERSEDED, fromNow(left)]);
  });

  it("has none for a root, unless the policy has roots", () => {
    const rooted: Situation = {
      ...replaced(RETIRE),
      tokens: [
        token("root", { age: 300 * DAY, left: "forever" }),
        token("current", { replaces: "root", age: 0 }),
      ],
      secrets: [secret([version("current", "root", "AWSCURRENT")], { changed: 0 })],
    };
    expect(saidOf("root", rooted)).toEqual(["skip root: never-retired", undefined]);
    const roots = { ...rooted, policy: { retire: { ...RETIRE.retire, roots: true } } };
    expect(saidOf("root", roots)).toEqual(["skip root: superseded", fromNow(7 * DAY + PROMOTABLE)]);
  });

  it("has none once the reason says what holds it", () => {
    expect(saidOf("former", replaced(RETIRE, {}, "never"), fromNow(20 * DAY))).toEqual([
      "skip former: successor-unread",
      undefined,
    ]);
  });

  it("has one beside the reason that nobody has read its successor, if that holds nothing", () => {
    const policy = { retire: { deactivateAfter: "7d", unread: "ignore" } };
    expect(saidOf("former", replaced(policy, {}, "never"), fromNow(6 * DAY))).toEqual([
      "skip former: successor-unread",
      fromNow(7 * DAY + PROMOTABLE),
    ]);
  });

  it("has none while somebody has rolled its secret back", () => {
    const secrets = [
      secret([version("former", "root", "AWSCURRENT"), version("current", "former", "AWSPREVIOUS")]),
    ];
    expect(saidOf("current", { ...replaced(RETIRE), secrets })).toEqual([
      "skip current: superseded",
      undefined,
    ]);
  });
});
