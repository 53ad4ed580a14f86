import {
  APP,
  arnOf,
  byHand,
  DAY,
  HOUR,
  MINUTE,
  type Row,
  readAgo,
  type SecretTraits,
  secret,
  secretNamed,
  storedAgo,
  token,
  version,
} from "./builders.ts";

const policy = { retire: { unread: "ignore", deactivateAfter: "7d", deleteAfter: "30d" } };
const root = token("root", { age: 700 * DAY, left: 60 * DAY });
const first = token("first", { replaces: "root", age: 600 * DAY, left: 60 * DAY });
const second = token("second", { replaces: "first", age: 400 * DAY, left: 60 * DAY });
const third = token("third", { replaces: "second", age: 8 * DAY });
const versions = [
  version("third", "second", "AWSCURRENT"),
  version("second", "first", "AWSPREVIOUS"),
  version("first", "root"),
];
const changed = (days: number) => secret(versions, { changed: days * DAY });
const accessName = `losant-access/${APP}`;
const ownArn = arnOf(accessName);
const own = {
  tokens: [
    token("current", { name: "worker", replaces: "previous", secret: ownArn }),
    token("previous", { name: "worker", replaces: "root", secret: ownArn }),
  ],
  secrets: [
    secret([version("current", "previous", "AWSCURRENT"), version("previous", "root", "AWSPREVIOUS")], {
      name: accessName,
    }),
  ],
  mapped: { worker: accessName },
};

const holding = { retire: { deactivateAfter: "7d", deleteAfter: "30d" } };
const [current, previous] = [
  version("third", "second", "AWSCURRENT"),
  version("second", "first", "AWSPREVIOUS"),
];

/** The secret has just changed. Consumers read the successor. */
const tagged = (policy: NonNullable<Row["policy"]>, traits: SecretTraits = {}, former = previous) => ({
  tokens: [second, token("third", { replaces: "second", age: 9 * DAY })],
  secrets: [secret([readAgo(2 * DAY, current), former], { changed: 0, read: 2 * DAY, ...traits })],
  policy,
});

const endlessRoot = token("root", { age: 700 * DAY, left: "forever" });
const endless = [
  endlessRoot,
  token("first", { replaces: "root", age: 600 * DAY, left: "forever" }),
  token("second", { replaces: "first", age: 400 * DAY, left: "forever" }),
];

/** Rule 8. */
export const RETIREMENTS: readonly Row[] = [
  {
    says: "names each predecessor that never expires and that policy doesn't retire, because nothing else ends it",
    tokens: [...endless, third],
    secrets: [changed(8)],
    plan: [
      "wait third: not-due",
      "skip root: never-retired",
      "skip first: never-retired",
      "skip second: never-retired",
    ],
  },
  {
    says: "names only the root if policy retires the others, at once and not after their grace",
    tokens: [...endless, token("third", { replaces: "second", age: DAY })],
    secrets: [changed(1)],
    policy: { retire: { unread: "ignore", deactivateAfter: "500d" } },
    plan: [
      "wait third: not-due",
      "skip root: never-retired",
      "skip first: superseded",
      "skip second: superseded",
    ],
  },
  {
    says: "names no predecessor that is inactive, or that expires",
    tokens: [{ ...endlessRoot, status: "inactive" }, first, second, third],
    secrets: [changed(8)],
    plan: [
      "wait third: not-due",
      "skip root: superseded",
      "skip first: superseded",
      "skip second: superseded",
    ],
  },
  {
    says: "names no predecessor that never expires while the secret is about to be deleted: the whole lineage waits for a person",
    tokens: [endlessRoot, token("current", { replaces: "root" })],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { deleted: true })],
    plan: ["skip current: secret-scheduled-for-deletion", "skip root: secret-scheduled-for-deletion"],
  },
  {
    says: "keeps a predecessor while nobody has read any value since its successor was created",
    tokens: [second, third],
    secrets: [secret([current, previous], { changed: 8 * DAY, read: 9 * DAY })],
    policy: holding,
    plan: ["wait third: not-due", "skip second: successor-unread"],
  },
  {
    says: "keeps a predecessor while only its own version is read, by AWSPREVIOUS",
    tokens: [second, third],
    secrets: [secret([current, readAgo(DAY, previous)], { changed: 8 * DAY, read: DAY })],
    policy: holding,
    plan: ["wait third: not-due", "skip second: successor-unread"],
  },
  {
    says: "keeps a predecessor whose own version was read after the day of its replacement, although its successor is read",
    tokens: [second, third],
    secrets: [secret([readAgo(0, current), readAgo(7 * DAY, previous)], { changed: 8 * DAY, read: 0 })],
    policy: holding,
    plan: ["wait third: not-due", "skip second: still-read"],
  },
  {
    says: "keeps a predecessor that was read after the day of its replacement, although the token that replaced it is gone",
    tokens: [first, third],
    secrets: [
      secret(
        [
          readAgo(0, current),
          storedAgo(400 * DAY, version("second", "first", "AWSPREVIOUS")),
          readAgo(9 * DAY, version("first", "root")),
        ],
        { changed: 8 * DAY, read: 0 },
      ),
    ],
    policy: holding,
    plan: ["wait third: not-due", "skip first: still-read"],
  },
  {
    says: "retires a predecessor that was last read on the day of its replacement, and whose successor was read on any day",
    tokens: [second, third],
    secrets: [
      secret([readAgo(8 * DAY, current), readAgo(8 * DAY, previous)], { changed: 8 * DAY, read: 8 * DAY }),
    ],
    policy: holding,
    plan: ["wait third: not-due", "retire second: grace-over, deactivate"],
  },
  {
    says: "keeps an older predecessor only until one of the tokens after it is read",
    tokens: [first, second, third],
    secrets: [
      secret([current, readAgo(20 * DAY, previous), version("first", "root")], {
        changed: 8 * DAY,
        read: 20 * DAY,
      }),
    ],
    policy: holding,
    plan: ["wait third: not-due", "retire first: grace-over, deactivate", "skip second: successor-unread"],
  },
  {
    says: "deletes an inactive predecessor, because nobody can use it, although nobody has read its successor",
    tokens: [{ ...second, status: "inactive" }, token("third", { replaces: "second", age: 31 * DAY })],
    secrets: [changed(31)],
    policy: holding,
    plan: ["wait third: not-due", "retire second: grace-over, delete"],
  },
  {
    says: "deactivates a named predecessor now, although nobody has read its successor",
    tokens: [second, third],
    secrets: [changed(0)],
    policy: holding,
    asks: { tokens: [second.id], retireNow: true },
    plan: ["skip third: not-selected", "retire second: retire-now, deactivate"],
  },
  {
    says: "retires its former access token by time alone: its consumer is the worker, which is logged in with the current one",
    ...own,
    policy: holding,
    plan: ["wait current: not-due", "retire previous: grace-over, delete"],
  },
  {
    says: "retires nothing unless policy says so",
    tokens: [root, first, second, third],
    secrets: [changed(400)],
    plan: [
      "wait third: not-due",
      "skip root: superseded",
      "skip first: superseded",
      "skip second: superseded",
    ],
  },
  {
    says: "deactivates predecessors whose grace is over, but never the root: its users may hold it by hand",
    tokens: [root, first, second, third],
    secrets: [changed(8)],
    policy,
    plan: [
      "wait third: not-due",
      "retire first: grace-over, deactivate",
      "retire second: grace-over, deactivate",
      "skip root: superseded",
    ],
  },
  {
    says: "lets the end of predecessors wait for a maintenance window",
    tokens: [root, first, second, third],
    secrets: [changed(8)],
    policy: { ...policy, windows: [{ days: ["tue"], from: "08:00", to: "18:00", zone: "UTC" }] },
    plan: [
      "wait third: not-due",
      "wait first: retirement-outside-window",
      "wait second: retirement-outside-window",
      "skip root: superseded",
    ],
  },
  {
    says: "counts an older token's grace from the creation of its successor's successor, not from later changes",
    tokens: [first, second, token("third", { replaces: "second", age: 40 * DAY })],
    secrets: [changed(0)],
    policy,
    plan: ["wait third: not-due", "retire first: grace-over, delete", "skip second: superseded"],
  },
  {
    says: "counts grace from that one's creation also where others have followed it",
    tokens: [
      first,
      second,
      token("third", { replaces: "second", age: 40 * DAY }),
      token("fourth", { replaces: "third", age: DAY }),
    ],
    secrets: [
      secret(
        [
          version("fourth", "third", "AWSCURRENT"),
          version("third", "second", "AWSPREVIOUS"),
          version("second", "first"),
          version("first", "root"),
        ],
        { changed: DAY },
      ),
    ],
    policy,
    plan: [
      "wait fourth: not-due",
      "retire first: grace-over, delete",
      "skip second: superseded",
      "skip third: superseded",
    ],
  },
  {
    says: "counts no grace from the creation of an older token, although a version says that it took over",
    tokens: [first, second, token("old", { age: 500 * DAY })],
    secrets: [
      secret(
        [
          version("old", "second", "AWSCURRENT"),
          version("second", "first", "AWSPREVIOUS"),
          version("first", "root"),
        ],
        { changed: HOUR },
      ),
    ],
    policy,
    plan: ["wait old: not-due", "skip first: superseded", "skip second: superseded"],
  },
  {
    says: "deletes predecessors whose second grace is over",
    tokens: [first, { ...second, status: "inactive" }, token("third", { replaces: "second", age: 31 * DAY })],
    secrets: [changed(31)],
    policy,
    plan: ["wait third: not-due", "retire first: grace-over, delete", "retire second: grace-over, delete"],
  },
  {
    says: "has nothing to deactivate in a token that is inactive or expired already",
    tokens: [
      { ...second, status: "inactive" },
      third,
      token("first", { replaces: "root", age: 700 * DAY, left: -DAY }),
    ],
    secrets: [changed(400)],
    policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
    plan: ["wait third: not-due", "skip second: superseded", "skip first: superseded"],
  },
  {
    says: "deletes without deactivating first where policy only deletes",
    tokens: [second, third],
    secrets: [changed(8)],
    policy: { retire: { unread: "ignore", deleteAfter: "7d" } },
    plan: ["wait third: not-due", "retire second: grace-over, delete"],
  },
  {
    says: "retires a predecessor although the current token rotates again in this run",
    tokens: [first, second, token("third", { replaces: "second", age: 350 * DAY, left: 15 * DAY })],
    secrets: [changed(350)],
    policy,
    plan: [
      "rotate third: renewal-window",
      "retire first: grace-over, delete",
      "retire second: grace-over, delete",
    ],
  },
  {
    says: "retires nothing in the run that resumes a rotation",
    tokens: [first, second, third, token("next", { replaces: "third", age: 20 * MINUTE })],
    secrets: [secret([...versions, version("next", "third", "rotating")], { changed: 400 * DAY })],
    policy,
    plan: [
      "resume third: unfinished",
      "skip first: superseded",
      "skip second: superseded",
      "wait next: not-due",
    ],
  },
  {
    says: "retires nothing while the event of the last rotation is owed",
    tokens: [second, third],
    secrets: [
      secret(
        [version("third", "second", "AWSCURRENT", "rotating"), version("second", "first", "AWSPREVIOUS")],
        {
          changed: 400 * DAY,
        },
      ),
    ],
    policy,
    plan: ["announce third: unannounced", "wait third: not-due", "skip second: superseded"],
  },
  {
    says: "retires nothing of a secret whose current token another secret stands on",
    tokens: [second, third],
    secrets: [
      changed(400),
      secret([version("third", "second", "AWSCURRENT")], { name: secretNamed("copy") }),
    ],
    policy,
    plan: ["skip third: shared", "skip second: superseded", "skip third: shared"],
  },
  {
    says: "retires nothing where somebody rolled back",
    tokens: [second, third],
    secrets: [
      secret([version("second", "first", "AWSCURRENT"), version("third", "second", "AWSPREVIOUS")], {
        changed: 400 * DAY,
      }),
    ],
    policy,
    plan: ["skip second: rolled-back", "skip third: superseded"],
  },
  {
    says: "retires nothing where somebody set a value by hand",
    tokens: [first, second, third],
    secrets: [
      secret(
        [byHand("a", "AWSCURRENT"), version("third", "second", "AWSPREVIOUS"), version("second", "first")],
        {
          changed: 400 * DAY,
        },
      ),
    ],
    policy,
    plan: ["skip third: rolled-back", "skip first: superseded", "skip second: superseded"],
  },
  {
    says: "retires nothing where the current token was revoked: its predecessor may be all that works",
    tokens: [second, { ...third, status: "inactive" }],
    secrets: [changed(400)],
    policy,
    plan: ["skip third: revoked", "skip second: superseded"],
  },
  {
    says: "retires nothing where the current token is gone",
    tokens: [second],
    secrets: [changed(400)],
    policy,
    plan: ["skip third: missing", "skip second: superseded"],
  },
  {
    says: "retires nothing where the current token has expired",
    tokens: [second, token("third", { replaces: "second", age: 365 * DAY, left: -HOUR })],
    secrets: [changed(400)],
    policy,
    plan: ["rotate third: expired", "skip second: superseded"],
  },
  {
    says: "retires nothing that a person made",
    tokens: [{ ...second, creatorType: "user" }, third],
    secrets: [changed(400)],
    policy,
    plan: ["wait third: not-due", "skip second: retirement-unproven"],
  },
  {
    says: "retires nothing of which only a version says that the worker made it: whoever writes to a secret can make one",
    tokens: [{ ...second, description: "" }, third],
    secrets: [changed(400)],
    policy,
    plan: ["wait third: not-due", "skip second: retirement-unproven"],
  },
  {
    says: "retires nothing of which its marker says that it replaced another token than its version says",
    tokens: [token("second", { replaces: "root", age: 400 * DAY, left: 60 * DAY }), third],
    secrets: [changed(400)],
    policy,
    plan: ["wait third: not-due", "skip second: retirement-unproven"],
  },
  {
    says: "retires nothing whose marker can't be checked, since older access tokens can't be read",
    tokens: [{ ...second, description: second.description.replace(/mac=\w{8}/, "mac=00000000") }, third],
    secrets: [changed(400)],
    keys: "unreadable",
    policy,
    plan: ["wait third: not-due", "skip second: retirement-unproven"],
  },
  {
    says: "retires nothing that this worker made for another store and that was taken over here",
    tokens: [
      token("adopted", {
        replaces: "x",
        secret: arnOf("losant/elsewhere", { account: "999999999999" }),
        age: 400 * DAY,
      }),
      token("current", { replaces: "adopted" }),
    ],
    secrets: [secret([version("current", "adopted", "AWSCURRENT")], { changed: 400 * DAY })],
    policy,
    plan: ["wait current: not-due", "skip adopted: superseded"],
  },
  {
    says: "retires nothing of a lineage when others are named",
    tokens: [second, third],
    secrets: [changed(400)],
    policy,
    asks: { tokens: ["frontend"] },
    plan: ["skip third: not-selected", "skip second: superseded"],
  },
  {
    says: "deactivates a named predecessor now, grace or not",
    tokens: [second, third],
    secrets: [changed(0)],
    asks: { tokens: [second.id], retireNow: true },
    plan: ["skip third: not-selected", "retire second: retire-now, deactivate"],
  },
  {
    says: "deactivates no named predecessor that the worker logs in with, and says so",
    tokens: [second, third],
    secrets: [changed(0)],
    asks: { tokens: [second.id], retireNow: true },
    login: { claimedIds: [second.id] },
    plan: ["skip third: not-selected", "fail second: predecessor-active"],
  },
  {
    says: "deactivates a named root now: its users were told by whoever asks",
    tokens: [root, token("current", { replaces: "root", age: DAY })],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { changed: DAY })],
    asks: { tokens: [root.id], retireNow: true },
    plan: ["skip current: not-selected", "retire root: retire-now, deactivate"],
  },
  {
    says: "deactivates every predecessor of a name now, and never the current token",
    tokens: [root, first, second, third],
    secrets: [changed(0)],
    asks: { tokens: ["backend"], retireNow: true },
    plan: [
      "wait third: not-due",
      "fail root: predecessor-active",
      "retire first: retire-now, deactivate",
      "retire second: retire-now, deactivate",
    ],
  },
  {
    says: "has nothing to retire now in a current token that is named",
    tokens: [second, third],
    secrets: [changed(0)],
    asks: { tokens: [third.id], retireNow: true },
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "has nothing to retire now in a predecessor that is inactive already",
    tokens: [{ ...second, status: "inactive" }, third],
    secrets: [changed(0)],
    asks: { tokens: [second.id], retireNow: true },
    plan: ["skip third: not-selected", "skip second: superseded"],
  },
  {
    says: "retires the predecessors of its own credential like any other",
    ...own,
    policy,
    plan: ["wait current: not-due", "retire previous: grace-over, delete"],
  },
  {
    says: "never retires the credential that it had to log in with",
    ...own,
    policy,
    login: { stage: "AWSPREVIOUS" },
    plan: ["wait current: not-due", "skip previous: superseded"],
  },
  {
    says: "never retires the credential that it had to log in with, even when it is named",
    ...own,
    asks: { tokens: ["worker"], retireNow: true },
    login: { stage: "AWSPREVIOUS" },
    plan: ["wait current: not-due", "skip previous: superseded"],
  },
  {
    says: "ends no grace period early because of versions that somebody planted between a token and its successor",
    tokens: [second, third],
    secrets: [
      secret(
        [
          version("third", "second", "AWSCURRENT"),
          byHand("x", "AWSPREVIOUS"),
          version("second", "first"),
          version("third", "between", "a"),
          version("between", "second", "b"),
        ],
        { changed: DAY },
      ),
    ],
    policy,
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "ends the grace period although the secret changes all the time, as with tags, if only the successor is read",
    ...tagged(holding),
    plan: ["wait third: not-due", "retire second: grace-over, deactivate"],
  },
  {
    says: "ends no grace period before its end by that, either",
    ...tagged({ retire: { deactivateAfter: "10d" } }),
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "counts all changes where policy ignores reads: the label may have moved back and forth",
    ...tagged({ retire: { ...holding.retire, unread: "ignore" } }),
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "counts all changes of a secret with replicas, whose reads have no date here",
    ...tagged(holding, { primary: "eu-west-1" }),
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "keeps what somebody read after the day of its replacement, although only tags seem to have changed",
    ...tagged(holding, {}, readAgo(5 * DAY, previous)),
    plan: ["wait third: not-due", "skip second: still-read"],
  },
];
