import { DAY, HOUR, odd, type Row, secret, secretNamed, token, version } from "./builders.ts";

const root = token("root", { age: 350 * DAY, left: 15 * DAY });
const current = token("current", { replaces: "root" });
const isCurrent = version("current", "root", "AWSCURRENT");
const other = token("other", { name: "other", age: 350 * DAY, left: 15 * DAY, creatorType: "user" });
const unread = (label: string) => `fail ${label}: token-unreadable`;

/** Tokens that a listing shows in a way that can't be read: each costs itself, and what needs it. */
export const ODD_ROWS: readonly Row[] = [
  {
    says: "leaves a token alone that can't be read, and goes on with the others",
    tokens: [root],
    odd: [odd("odd", { name: "somebody's" })],
    secrets: [secret()],
    plan: ["rotate root: renewal-window", unread("odd")],
  },
  {
    says: "leaves it alone even by force, and ends no life",
    tokens: [other],
    odd: [odd("root")],
    asks: { tokens: [odd("root").id], force: true, retireNow: true },
    plan: ["skip other: not-selected", unread("root")],
  },
  {
    says: "does not take a current token for deleted that can't be read: its lineage fails, and no other",
    tokens: [root, other],
    odd: [odd("current", { replaces: "root" })],
    secrets: [secret([isCurrent])],
    // Whose it is, is told by the reading of its secret; that it can't be looked up, only by observing.
    plan: [
      "skip current: missing",
      "skip root: superseded",
      "rotate other: renewal-window",
      unread("current"),
    ],
    observedPlan: [unread("root"), "rotate other: renewal-window", unread("current")],
  },
  {
    says: "gives no second successor to a token whose successor can't be read, also where it was renamed",
    tokens: [token("root", { name: "renamed", age: 350 * DAY, left: 15 * DAY })],
    odd: [odd("current", { replaces: "root" })],
    secrets: [secret([isCurrent])],
    plan: ["skip current: missing", "skip root: superseded", unread("current")],
    observedPlan: [unread("root"), unread("current")],
  },
  {
    says: "discards nothing that is staged and can't be read",
    tokens: [current],
    odd: [odd("staged", { replaces: "current", age: 40 * DAY })],
    secrets: [secret([isCurrent, version("staged", "current", "rotating")])],
    plan: ["discard staged: lost-race", "wait current: not-due", unread("staged")],
    observedPlan: [unread("current"), unread("staged")],
  },
  {
    says: "discards no orphan that can't be read",
    tokens: [current],
    odd: [odd("orphan", { replaces: "current", age: 5 * HOUR })],
    secrets: [secret([isCurrent])],
    plan: ["wait current: not-due", unread("orphan")],
  },
  {
    says: "retires nothing that can't be read",
    tokens: [current],
    odd: [odd("first", { replaces: "root", age: 300 * DAY })],
    secrets: [secret([isCurrent, version("first", "root", "AWSPREVIOUS")])],
    policy: { retire: { unread: "ignore", deactivateAfter: "1d", deleteAfter: "2d" } },
    plan: ["wait current: not-due", unread("first")],
  },
  {
    says: "makes nobody the heir of a current token that can't be read",
    tokens: [token("heir", { age: DAY })],
    odd: [odd("current", { replaces: "root" })],
    secrets: [secret([isCurrent])],
    asks: { tokens: ["backend"], force: true },
    plan: ["rotate heir: forced", unread("current")],
    secretNames: { heir: secretNamed(`backend_${token("heir").id}`) },
  },
];
