import {
  byHand,
  DAY,
  HOUR,
  type Row,
  readAgo,
  type SecretTraits,
  secret,
  token,
  version,
} from "./builders.ts";

const [current, previous] = [
  version("third", "second", "AWSCURRENT"),
  version("second", "first", "AWSPREVIOUS"),
];
const second = token("second", { replaces: "first", age: 400 * DAY, left: 60 * DAY });
const third = token("third", { replaces: "second", age: 4 * DAY });

const lastRead = (read: SecretTraits["read"], more: SecretTraits = {}) => ({
  tokens: [second, third],
  secrets: [secret([current, previous], { changed: 4 * DAY, ...(read !== undefined && { read }), ...more })],
});
const unread: Row["plan"] = ["wait third: not-due", "skip second: successor-unread"];
const quiet: Row["plan"] = ["wait third: not-due", "skip second: superseded"];

/** Rule 10. */
export const UNREAD: readonly Row[] = [
  { says: "tells that nobody has ever read a value of the secret", ...lastRead("never"), plan: unread },
  {
    says: "tells that somebody last read a value on the day before the successor was created",
    ...lastRead(5 * DAY),
    plan: unread,
  },
  {
    says: "tells nothing if somebody read a value on the day of the successor, unless the versions show that it was another one",
    ...lastRead(4 * DAY),
    plan: unread,
    observedPlan: quiet,
  },
  {
    says: "tells that nobody has read the successor of a root",
    tokens: [
      token("root", { age: 330 * DAY, left: 30 * DAY }),
      token("next", { replaces: "root", age: 4 * DAY }),
    ],
    secrets: [secret([version("next", "root", "AWSCURRENT")], { read: "never" })],
    plan: ["wait next: not-due", "skip root: successor-unread"],
  },
  {
    says: "tells that nobody has read the successor of a token that never expires",
    tokens: [{ ...second, expiresAt: undefined }, third],
    secrets: lastRead("never").secrets,
    policy: { retire: { unread: "ignore", deactivateAfter: "30d" } },
    plan: unread,
  },
  {
    says: "tells of each predecessor whether somebody has read one of the tokens after it",
    tokens: [
      token("first", { replaces: "root", age: 700 * DAY, left: 10 * DAY }),
      { ...second, createdAt: new Date(third.createdAt.getTime() - 20 * DAY) },
      third,
    ],
    secrets: [secret([current, readAgo(10 * DAY, previous), version("first", "root")], { read: 10 * DAY })],
    plan: ["wait third: not-due", "skip first: superseded", "skip second: successor-unread"],
  },
  {
    says: "tells nothing of a predecessor that is inactive or has expired, because consumers have lost it",
    tokens: [
      { ...second, status: "inactive" },
      token("first", { replaces: "root", age: 500 * DAY, left: -HOUR }),
      third,
    ],
    secrets: [secret([current, previous, version("first", "root")], { read: "never" })],
    plan: ["wait third: not-due", "skip second: superseded", "skip first: superseded"],
  },
  {
    says: "tells nothing while it is uncertain which token consumers should read",
    tokens: [second, third],
    secrets: [
      secret([version("third", "second", "AWSPREVIOUS"), byHand("value", "AWSCURRENT")], { read: "never" }),
    ],
    plan: ["skip third: rolled-back", "skip second: superseded"],
  },
  {
    says: "tells nothing more if the current token was revoked",
    tokens: [second, { ...third, status: "inactive" }],
    secrets: lastRead("never").secrets,
    plan: ["skip third: revoked", "skip second: superseded"],
  },
  {
    says: "tells nothing more if nobody can read the secret, because it is about to be deleted",
    ...lastRead("never", { deleted: true }),
    plan: ["skip third: secret-scheduled-for-deletion", "skip second: secret-scheduled-for-deletion"],
  },
  {
    says: "tells it of a predecessor that policy retires by time alone, until it does",
    ...lastRead("never"),
    policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
    plan: unread,
  },
  {
    says: "keeps a predecessor that somebody reads, also in the first days",
    tokens: [second, token("third", { replaces: "second", age: 2 * DAY })],
    secrets: [secret([readAgo(0, current), readAgo(0, previous)], { changed: 2 * DAY, read: 0 })],
    policy: { retire: { deactivateAfter: "1d" } },
    plan: ["wait third: not-due", "skip second: still-read"],
  },
];
