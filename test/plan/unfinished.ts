import { byHand, DAY, MINUTE, type Row, secret, secretNamed, token, version } from "./builders.ts";

const root = token("root", { age: 360 * DAY, left: 5 * DAY });
const current = token("current", { replaces: "root" });
const due = token("current", { replaces: "root", age: 350 * DAY, left: 15 * DAY });
const revoked = token("current", { replaces: "root", status: "inactive" });
const next = token("next", { replaces: "current", age: 20 * MINUTE });
const oldNext = token("next", { replaces: "current", age: 2 * 60 * MINUTE });
const isCurrent = version("current", "root", "AWSCURRENT");
const staged = version("next", "current", "rotating");

/** Rule 1. */
export const UNFINISHED: readonly Row[] = [
  {
    says: "sends the event that the current version still owes, and goes on with the rules",
    tokens: [root, current],
    secrets: [secret([version("current", "root", "AWSCURRENT", "rotating")])],
    plan: ["announce current: unannounced", "wait current: not-due", "skip root: superseded"],
  },
  {
    says: "rotates a due token although the event of the last rotation is still owed, as with a dead event bus",
    tokens: [due],
    secrets: [secret([version("current", "root", "AWSCURRENT", "rotating")])],
    plan: ["announce current: unannounced", "rotate current: renewal-window"],
  },
  {
    says: "announces a current version whose token is gone, and says that it is missing",
    tokens: [root],
    secrets: [secret([version("current", "root", "AWSCURRENT", "rotating")])],
    plan: ["announce current: unannounced", "skip current: missing", "skip root: superseded"],
  },
  {
    says: "only takes the label off a version that is the previous one by now",
    tokens: [root, current, token("next", { replaces: "current", age: DAY })],
    secrets: [
      secret([
        version("next", "current", "AWSCURRENT"),
        version("current", "root", "AWSPREVIOUS", "rotating"),
      ]),
    ],
    plan: ["settle current", "wait next: not-due", "skip root: superseded", "skip current: superseded"],
  },
  {
    says: "only takes the label off a version that was current two rotations ago",
    tokens: [current, token("next", { replaces: "current" }), token("third", { replaces: "next" })],
    secrets: [
      secret([
        version("third", "next", "AWSCURRENT"),
        version("next", "current", "AWSPREVIOUS"),
        version("current", "root", "rotating"),
      ]),
    ],
    plan: ["settle current", "wait third: not-due", "skip current: superseded", "skip next: superseded"],
  },
  {
    says: "keeps every promise of a secret: the current one's event and the previous ones' labels",
    tokens: [current, next],
    secrets: [
      secret([
        version("next", "current", "AWSCURRENT", "rotating"),
        version("current", "root", "AWSPREVIOUS", "rotating"),
      ]),
    ],
    plan: ["announce next: unannounced", "settle current", "wait next: not-due", "skip current: superseded"],
  },
  {
    says: "resumes a rotation whose successor is stored, instead of issuing another",
    tokens: [root, due, next],
    secrets: [secret([isCurrent, staged])],
    plan: ["resume current: unfinished", "skip root: superseded", "wait next: not-due"],
  },
  {
    says: "resumes also when the staged token is old: its string is stored, and the current one is still wanted",
    tokens: [due, oldNext],
    secrets: [secret([isCurrent, staged])],
    plan: ["resume current: unfinished", "wait next: not-due"],
  },
  {
    says: "resumes although the current token has expired meanwhile",
    tokens: [token("current", { replaces: "root", age: 365 * DAY, left: -DAY }), next],
    secrets: [secret([isCurrent, staged])],
    plan: ["resume current: unfinished", "wait next: not-due"],
  },
  {
    says: "resumes the first rotation into a secret in which somebody had set a value by hand",
    tokens: [root, token("next", { replaces: "root", age: 20 * MINUTE })],
    secrets: [secret([byHand("a", "AWSCURRENT"), version("next", "root", "rotating")])],
    plan: ["resume root: unfinished", "wait next: not-due"],
  },
  {
    says: "takes back nothing that was set by hand over a version of which only the history tells that it was current",
    tokens: [token("current", { left: 10 * DAY, description: "[losant-token-rotation oops]" }), next],
    secrets: [
      secret([byHand("a", "AWSCURRENT"), byHand("b", "AWSPREVIOUS"), staged, version("current", "root")]),
    ],
    plan: ["skip current: rolled-back", "skip next: young-orphan"],
  },
  {
    says: "resumes with a successor that the listing lacks but Losant knows",
    tokens: [due],
    unlisted: [next],
    secrets: [secret([isCurrent, staged])],
    plan: ["resume current: unfinished", "wait next: not-due"],
  },
  {
    says: "resumes a successor that never expires, and says so of it",
    tokens: [due, token("next", { replaces: "current", age: 20 * MINUTE, left: "forever" })],
    secrets: [secret([isCurrent, staged])],
    plan: ["resume current: unfinished", "skip next: never-expires"],
  },
  {
    says: "resumes one of two staged successors and leaves the other, which may be another run's, while it is young",
    tokens: [due, next, token("other", { replaces: "current", age: MINUTE })],
    secrets: [secret([isCurrent, staged, version("other", "current", "rotating")])],
    plan: ["resume current: unfinished", "wait next: not-due", "skip other: young-orphan"],
  },
  {
    says: "resumes one of two staged successors and discards the other when no run can still be at it",
    tokens: [due, oldNext, token("other", { replaces: "current", age: DAY })],
    secrets: [secret([isCurrent, staged, version("other", "current", "rotating")])],
    plan: ["resume current: unfinished", "discard other: lost-race", "wait next: not-due"],
  },
  {
    says: "never promotes over a token that somebody revoked, and leaves the successor while it is young",
    tokens: [revoked, next],
    secrets: [secret([isCurrent, staged])],
    plan: ["skip current: revoked", "skip next: young-orphan"],
  },
  {
    says: "discards a successor of a revoked token when no run can still be at it",
    tokens: [revoked, token("next", { replaces: "current", age: DAY })],
    secrets: [secret([isCurrent, staged])],
    plan: ["discard next: lost-race", "skip current: revoked"],
  },
  {
    says: "leaves an old successor of a revoked token to a run that may have resumed it a moment before",
    tokens: [revoked, oldNext],
    secrets: [secret([isCurrent, staged])],
    plan: ["skip current: revoked", "skip next: young-orphan"],
  },
  {
    says: "discards at once a staged version whose token is gone, and rotates again",
    tokens: [due],
    secrets: [secret([isCurrent, staged])],
    plan: ["discard next: lost-race", "rotate current: renewal-window"],
  },
  {
    says: "leaves a young staged token that replaces another than the current one",
    tokens: [current, token("next", { replaces: "root", age: 20 * MINUTE })],
    secrets: [secret([isCurrent, version("next", "root", "rotating")])],
    plan: ["wait current: not-due", "skip next: young-orphan"],
  },
  {
    says: "discards an old staged token that replaces another than the current one: it lost the race",
    tokens: [current, token("next", { replaces: "root", age: DAY })],
    secrets: [secret([isCurrent, version("next", "root", "rotating")])],
    plan: ["discard next: lost-race", "wait current: not-due"],
  },
  {
    says: "does not resume what somebody deactivated, and rotates again",
    tokens: [due, token("next", { replaces: "current", age: 20 * MINUTE, status: "inactive" })],
    secrets: [secret([isCurrent, staged])],
    plan: ["rotate current: renewal-window", "skip next: young-orphan"],
  },
  {
    says: "does not resume what has expired, and rotates again",
    tokens: [due, token("next", { replaces: "current", age: 2 * DAY, left: 0 })],
    secrets: [secret([isCurrent, staged])],
    plan: ["discard next: lost-race", "rotate current: renewal-window"],
  },
  {
    says: "does not resume in a copy of the secret that the staged token was made for",
    tokens: [
      token("current", { replaces: "root", name: "copy" }),
      next,
      token("older", { replaces: "current", age: DAY, run: "older" }),
    ],
    secrets: [
      secret([isCurrent, staged, version("older", "current", "rotating")], { name: secretNamed("copy") }),
    ],
    plan: ["skip older: unproven", "wait current: not-due", "skip next: young-orphan"],
  },
  {
    says: "does not resume after a rollback, and leaves the staged token while it is young",
    tokens: [due, token("bad", { replaces: "current", age: DAY }), next],
    secrets: [secret([isCurrent, version("bad", "current", "AWSPREVIOUS"), staged])],
    plan: ["skip current: rolled-back", "skip bad: superseded", "skip next: young-orphan"],
  },
  {
    says: "keeps no promise to a secret that takes no writes",
    tokens: [current, next],
    secrets: [secret([version("current", "root", "AWSCURRENT", "rotating"), staged], { deleted: true })],
    plan: ["skip current: secret-scheduled-for-deletion", "skip next: secret-scheduled-for-deletion"],
  },
];
