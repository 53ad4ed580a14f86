import { byHand, DAY, HOUR, MINUTE, NOW, type Row, secret, token, version } from "./builders.ts";

const root = token("root", { age: 350 * DAY, left: 15 * DAY });
const youngRoot = token("root");
const current = token("current", { replaces: "root" });
const due = token("current", { replaces: "root", age: 350 * DAY, left: 15 * DAY });
const isCurrent = version("current", "root", "AWSCURRENT");
const managed = secret([isCurrent]);
const bad = token("bad", { replaces: "current", age: DAY });
const rolledBack = secret([isCurrent, version("bad", "current", "AWSPREVIOUS")]);
const made = token("current", { replaces: "root", age: DAY, run: "this-run" });
const ofThisRun = { ...made, description: made.description.replace(/mac=\w{8}/, "mac=00000000") };
const setByHand = secret([byHand("a", "AWSCURRENT"), version("current", "root", "AWSPREVIOUS")]);
const setTwice = secret([byHand("a", "AWSCURRENT"), byHand("b", "AWSPREVIOUS"), version("current", "root")]);
/** It is Monday noon. */
const WINDOWS = { windows: [{ days: ["tue"], from: "08:00", to: "18:00", zone: "UTC" }] };
const forced = { tokens: ["backend"], force: true };

/** Rules 4 and 5. */
export const TAMPERED: readonly Row[] = [
  {
    says: "never resurrects a current token that somebody deactivated",
    tokens: [{ ...due, status: "inactive" }],
    secrets: [managed],
    plan: ["skip current: revoked"],
  },
  {
    says: "never resurrects a current token that somebody deactivated, even when its name is forced",
    tokens: [{ ...due, status: "inactive" }],
    secrets: [managed],
    asks: forced,
    plan: ["skip current: revoked"],
  },
  {
    says: "never rotates in the place of a current token that somebody deleted",
    tokens: [root],
    secrets: [managed],
    plan: ["skip current: missing", "skip root: superseded"],
  },
  {
    says: "goes on with a current token that the listing lacks but Losant knows",
    tokens: [root],
    unlisted: [due],
    secrets: [managed],
    plan: ["rotate current: renewal-window", "skip root: superseded"],
  },
  {
    says: "does not fight a rollback",
    tokens: [due, bad],
    secrets: [rolledBack],
    plan: ["skip current: rolled-back", "skip bad: superseded"],
  },
  {
    says: "rotates after a rollback when a person insists",
    tokens: [due, bad],
    secrets: [rolledBack],
    asks: { tokens: [due.id], force: true },
    plan: ["rotate current: forced", "skip bad: superseded"],
  },
  {
    says: "rotates after a rollback before the token ends",
    tokens: [token("current", { replaces: "root", age: 360 * DAY, left: 11 * HOUR }), bad],
    secrets: [rolledBack],
    plan: ["rotate current: renewal-window", "skip bad: superseded"],
  },
  {
    says: "says that a token to which somebody rolled back is revoked, when it is",
    tokens: [{ ...due, status: "inactive" }, bad],
    secrets: [rolledBack],
    plan: ["skip current: revoked", "skip bad: superseded"],
  },
  {
    says: "does not fight a value that somebody set by hand",
    tokens: [due],
    secrets: [setByHand],
    plan: ["skip current: rolled-back"],
  },
  {
    says: "does not fight values that somebody set by hand twice",
    tokens: [due],
    secrets: [setTwice],
    plan: ["skip current: rolled-back"],
  },
  {
    says: "stands on the newest of the tokens that were current before values were set by hand",
    tokens: [
      token("first", { replaces: "root", age: 300 * DAY }),
      token("third", { replaces: "second", age: 100 * DAY }),
      token("second", { replaces: "first", age: 200 * DAY }),
    ],
    secrets: [
      secret([
        byHand("a", "AWSCURRENT"),
        byHand("b", "AWSPREVIOUS"),
        version("first", "root"),
        version("third", "second"),
        version("second", "first"),
      ]),
    ],
    plan: ["skip third: rolled-back", "skip first: superseded", "skip second: superseded"],
  },
  {
    says: "rotates over a value set by hand when a person insists",
    tokens: [due],
    secrets: [setByHand],
    asks: forced,
    plan: ["rotate current: forced"],
  },
  {
    says: "rotates over a value set by hand before the last token of ours ends",
    tokens: [token("current", { replaces: "root", age: 360 * DAY, left: HOUR })],
    secrets: [setByHand],
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "leaves a revoked token alone also where somebody set a value by hand, and it is about to end",
    tokens: [token("current", { replaces: "root", age: 360 * DAY, left: HOUR, status: "inactive" })],
    secrets: [setByHand],
    plan: ["skip current: revoked"],
  },
  {
    says: "does not take the second rotation of a secret that once held a value by hand for a rollback",
    tokens: [due],
    secrets: [secret([isCurrent, byHand("a", "AWSPREVIOUS")])],
    plan: ["rotate current: renewal-window"],
  },
];

/** Rule 6, and how far force reaches. */
export const INELIGIBLE: readonly Row[] = [
  {
    says: "leaves an inactive root alone",
    tokens: [{ ...root, status: "inactive" }],
    plan: ["skip root: inactive"],
  },
  {
    says: "leaves an expired root alone: nobody asked for its replacement",
    tokens: [token("root", { age: 366 * DAY, left: -DAY })],
    plan: ["skip root: expired-unmanaged"],
  },
  {
    says: "leaves an excluded root alone",
    tokens: [root],
    policy: { exclude: ["back*"] },
    plan: ["skip root: excluded"],
  },
  {
    says: "leaves a root alone that is not included",
    tokens: [root],
    policy: { include: ["front*", "mobile"] },
    plan: ["skip root: excluded"],
  },
  {
    says: "rotates what is included and not excluded",
    tokens: [root],
    policy: { include: ["back?nd"], exclude: ["back"] },
    plan: ["rotate root: renewal-window"],
  },
  {
    says: "leaves a root without a scope alone: Losant would grant its successor everything",
    tokens: [{ ...root, scope: [] }],
    plan: ["skip root: no-scope"],
  },
  {
    says: "leaves a managed token without a scope alone as well",
    tokens: [{ ...due, scope: [] }],
    secrets: [managed],
    plan: ["skip current: no-scope"],
  },
  {
    says: "reports a token that never expires",
    tokens: [token("root", { left: "forever", age: 4_000 * DAY })],
    plan: ["skip root: never-expires"],
  },
  {
    says: "reports a managed token that never expires",
    tokens: [token("current", { replaces: "root", left: "forever", age: 4_000 * DAY })],
    secrets: [managed],
    plan: ["skip current: never-expires"],
  },
  {
    says: "leaves a root alone that lives too short for the schedule",
    tokens: [token("root", { age: HOUR, left: 17 * HOUR })],
    plan: ["skip root: too-short-lived"],
  },
  {
    says: "rotates a managed token that lives too short for the schedule when it is due",
    tokens: [token("current", { replaces: "root", age: 6 * HOUR, left: 11 * HOUR })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "holds back a managed token that is excluded: a pause",
    tokens: [due],
    secrets: [managed],
    policy: { exclude: ["backend"] },
    plan: ["skip current: excluded"],
  },
  {
    says: "rotates an excluded token that a person forces",
    tokens: [due],
    secrets: [managed],
    policy: { exclude: ["*"] },
    asks: forced,
    plan: ["rotate current: forced"],
  },
  {
    says: "rotates an excluded root that a person forces",
    tokens: [youngRoot],
    policy: { exclude: ["*"] },
    asks: forced,
    plan: ["rotate root: forced"],
  },
  {
    says: "rotates a token that never expires when a person forces it",
    tokens: [token("root", { left: "forever" })],
    asks: forced,
    plan: ["rotate root: forced"],
  },
  {
    says: "rotates a too short-lived root that a person forces",
    tokens: [token("root", { age: HOUR, left: 17 * HOUR })],
    asks: forced,
    plan: ["rotate root: forced"],
  },
  {
    says: "does not rotate an inactive root that a person forces",
    tokens: [{ ...root, status: "inactive" }],
    asks: forced,
    plan: ["skip root: inactive"],
  },
  {
    says: "does not rotate an expired root that a person forces",
    tokens: [token("root", { age: 366 * DAY, left: -DAY })],
    asks: forced,
    plan: ["skip root: expired-unmanaged"],
  },
  {
    says: "does not rotate a token without a scope that a person forces",
    tokens: [{ ...root, scope: [] }],
    asks: forced,
    plan: ["skip root: no-scope"],
  },
  {
    says: "says that an inactive root is inactive, also when it is expired, excluded and without a scope",
    tokens: [{ ...token("root", { age: 366 * DAY, left: -DAY }), status: "inactive", scope: [] }],
    policy: { exclude: ["*"] },
    plan: ["skip root: inactive"],
  },
];

/** Rules 7 and 9. */
export const DUE: readonly Row[] = [
  { says: "rotates a root in its renewal window", tokens: [root], plan: ["rotate root: renewal-window"] },
  {
    says: "rotates a managed token in its renewal window",
    tokens: [due],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "rotates a managed token that has expired, after an outage of days",
    tokens: [token("current", { replaces: "root", age: 370 * DAY, left: -5 * DAY })],
    secrets: [managed],
    plan: ["rotate current: expired"],
  },
  {
    says: "rotates a root that never expires at the age that policy gives",
    tokens: [token("root", { left: "forever", age: 181 * DAY })],
    policy: { neverExpiring: "180d" },
    plan: ["rotate root: max-age"],
  },
  {
    says: "rotates a managed token that never expires at the age that policy gives",
    tokens: [token("current", { replaces: "root", left: "forever", age: 181 * DAY })],
    secrets: [managed],
    policy: { neverExpiring: "180d" },
    plan: ["rotate current: max-age"],
  },
  {
    says: "lets a token that never expires wait for its age",
    tokens: [token("root", { left: "forever", age: 100 * DAY })],
    policy: { neverExpiring: "180d" },
    plan: ["wait root: not-due"],
  },
  { says: "lets a root wait until it is due", tokens: [youngRoot], plan: ["wait root: not-due"] },
  {
    says: "lets a managed token wait until it is due",
    tokens: [current],
    secrets: [managed],
    plan: ["wait current: not-due"],
  },
  {
    says: "rotates a root long before it is due when a person forces it by its name",
    tokens: [youngRoot],
    asks: forced,
    plan: ["rotate root: forced"],
  },
  {
    says: "rotates a managed token long before it is due when a person forces it by its id, in capitals too",
    tokens: [current],
    secrets: [managed],
    asks: { tokens: [current.id.toUpperCase()], force: true },
    plan: ["rotate current: forced"],
  },
  {
    says: "says forced of a token that is due and forced",
    tokens: [due],
    secrets: [managed],
    asks: forced,
    plan: ["rotate current: forced"],
  },
  {
    says: "rotates no token again that it has just made, whoever asks",
    tokens: [token("current", { replaces: "root", age: 9 * MINUTE })],
    secrets: [managed],
    asks: forced,
    plan: ["skip current: just-rotated"],
  },
  {
    says: "rotates nothing that this very run made, when Lambda repeats the request",
    tokens: [token("current", { replaces: "root", age: DAY, run: "this-run" })],
    secrets: [managed],
    asks: forced,
    plan: ["skip current: just-rotated"],
  },
  {
    says: "rotates nothing that says it is of this very run, while the key of its marker can't be read",
    tokens: [ofThisRun],
    secrets: [managed],
    asks: forced,
    keys: "unreadable",
    plan: ["skip current: just-rotated"],
  },
  {
    says: "rotates what says it is of this very run, where no key has signed that",
    tokens: [ofThisRun],
    secrets: [managed],
    asks: forced,
    plan: ["rotate current: forced"],
    observedPlan: ["skip current: just-rotated"],
  },
  {
    says: "rotates again what another run made",
    tokens: [token("current", { replaces: "root", age: DAY, run: "another-run" })],
    secrets: [managed],
    asks: forced,
    plan: ["rotate current: forced"],
  },
  {
    says: "rotates a root that a person made a minute ago and forces",
    tokens: [token("root", { age: MINUTE })],
    asks: forced,
    plan: ["rotate root: forced"],
  },
  {
    says: "leaves a due token alone when others are named",
    tokens: [due],
    secrets: [managed],
    asks: { tokens: ["frontend"] },
    plan: ["skip current: not-selected"],
  },
  {
    says: "rotates a due token that is named, without force",
    tokens: [due],
    secrets: [managed],
    asks: { tokens: ["backend"] },
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "forces nothing that is named and not due, without force",
    tokens: [current],
    secrets: [managed],
    asks: { tokens: ["backend"] },
    plan: ["wait current: not-due"],
  },
  {
    says: "keeps promises to tokens that are not named",
    tokens: [due, token("next", { replaces: "current", age: 20 * MINUTE })],
    secrets: [secret([isCurrent, version("next", "current", "rotating")])],
    asks: { tokens: ["frontend"] },
    plan: ["resume current: unfinished", "wait next: not-due"],
  },
  {
    says: "says that a deactivated current token is revoked, also when others are named",
    tokens: [{ ...due, status: "inactive" }],
    secrets: [managed],
    asks: { tokens: ["frontend"] },
    plan: ["skip current: revoked"],
  },
  {
    says: "lets a due token wait outside of its maintenance windows",
    tokens: [root],
    policy: WINDOWS,
    plan: ["wait root: outside-window"],
  },
  {
    says: "lets one that a secret holds wait as well, until it has two intervals left",
    tokens: [token("current", { replaces: "root", age: 350 * DAY, left: 12 * HOUR })],
    secrets: [secret([isCurrent])],
    policy: WINDOWS,
    plan: ["wait current: outside-window"],
  },
  {
    says: "doesn't let it wait with less than that left",
    tokens: [{ ...root, expiresAt: new Date(NOW.getTime() + 12 * HOUR - 1) }],
    policy: WINDOWS,
    plan: ["rotate root: renewal-window"],
  },
  {
    says: "doesn't let it wait if it is forced",
    tokens: [root],
    policy: WINDOWS,
    asks: forced,
    plan: ["rotate root: forced"],
  },
];
