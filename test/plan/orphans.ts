import * as v from "valibot";
import { describeDiscarded } from "../../lambda/model/marker.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import {
  APP,
  byHand,
  DAY,
  HOUR,
  KEY,
  MINUTE,
  NOW,
  REGION,
  type Row,
  secret,
  secretNamed,
  token,
  version,
} from "./builders.ts";

const HOURS_2 = 2 * HOUR;
const root = token("root", { age: 350 * DAY, left: 15 * DAY });
const young = token("orphan", { replaces: "root", age: 20 * MINUTE });
const old = token("orphan", { replaces: "root", age: HOURS_2 });
const current = token("current", { replaces: "root" });
const dueCurrent = token("current", { replaces: "root", age: 350 * DAY, left: 15 * DAY });
const isCurrent = version("current", "root", "AWSCURRENT");
const oldOnes = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    token(`orphan${index}`, { replaces: "root", age: HOURS_2, run: `run-${index}` }),
  );

/** As many versions as AWS keeps, with the current one. */
const manyByHand = Array.from({ length: 99 }, (_, index) => byHand(String(index)));

/** Deactivated so long ago, with the line that says so. */
function discarded(ago: number) {
  const orphan = token("orphan", { replaces: "current", age: 30 * DAY, status: "inactive" });
  const at = new Date(NOW.getTime() - ago);
  return { ...orphan, description: describeDiscarded(orphan, at, v.parse(ApplicationId, APP), KEY) };
}

/** Another deployment created it through the API, at the same time. */
function lookalike(age: number) {
  return token("lookalike", { name: "lookalike", age, creatorType: "apiToken" });
}

/** Rules 2 and 3. */
export const ORPHANS: readonly Row[] = [
  {
    says: "deletes a token whose string is stored nowhere, and issues again",
    tokens: [root, old],
    secrets: [secret()],
    plan: ["discard orphan: orphan", "rotate root: renewal-window"],
  },
  {
    says: "deletes an orphan of a lineage that has nothing else to do",
    tokens: [current, token("orphan", { replaces: "current", age: HOURS_2 })],
    secrets: [secret([isCurrent])],
    plan: ["discard orphan: orphan", "wait current: not-due"],
  },
  {
    says: "leaves alone what may be an orphan, if its dates are cut and its marker would also be valid on another token",
    tokens: [current, token("orphan", { replaces: "current", age: HOURS_2 }), lookalike(HOURS_2)],
    secrets: [secret([isCurrent])],
    plan: ["wait current: not-due", "wait lookalike: not-due", "skip orphan: marker-unknown"],
  },
  {
    says: "deletes an orphan whose dates are exact, although another token has the same dates",
    tokens: [current, token("orphan", { replaces: "current", age: HOURS_2 + 1 }), lookalike(HOURS_2 + 1)],
    secrets: [secret([isCurrent])],
    plan: ["discard orphan: orphan", "wait current: not-due", "wait lookalike: not-due"],
  },
  {
    says: "deletes an orphan whose lineage nobody asked about",
    tokens: [current, token("orphan", { replaces: "current", age: HOURS_2 })],
    secrets: [secret([isCurrent])],
    asks: { tokens: ["somebody else"] },
    plan: ["discard orphan: orphan", "skip current: not-selected"],
  },
  {
    says: "takes no token for an orphan whose version AWS may have removed, since the secret has had a hundred more",
    tokens: [current, token("perhaps", { replaces: "current", age: 30 * DAY })],
    secrets: [secret([isCurrent, ...manyByHand])],
    plan: ["wait current: not-due", "skip perhaps: superseded"],
  },
  {
    says: "deletes an orphan of the last day also there: AWS removes no version of that day",
    tokens: [current, token("orphan", { replaces: "current", age: HOURS_2 })],
    secrets: [secret([isCurrent, ...manyByHand])],
    plan: ["discard orphan: orphan", "wait current: not-due"],
  },
  {
    says: "deletes there as well what it has deactivated a week ago",
    tokens: [current, discarded(8 * DAY)],
    secrets: [secret([isCurrent, ...manyByHand])],
    plan: ["discard orphan: orphan", "wait current: not-due"],
  },
  {
    says: "issues nothing beside a young orphan, whose run may still be about to store it",
    tokens: [root, young],
    secrets: [secret()],
    plan: ["skip root: young-orphan", "skip orphan: young-orphan"],
  },
  {
    says: "issues beside a young orphan when a person insists",
    tokens: [root, young],
    secrets: [secret()],
    asks: { tokens: [root.id], force: true },
    plan: ["rotate root: forced", "skip orphan: young-orphan"],
  },
  {
    says: "issues beside a young orphan when there is no time to wait",
    tokens: [token("root", { age: 365 * DAY, left: 11 * HOUR }), young],
    secrets: [secret()],
    plan: ["rotate root: renewal-window", "skip orphan: young-orphan"],
  },
  {
    says: "lets a token wait that is not due, young orphan or not",
    tokens: [current, token("orphan", { replaces: "current", age: MINUTE })],
    secrets: [secret([isCurrent])],
    plan: ["wait current: not-due", "skip orphan: young-orphan"],
  },
  {
    says: "deletes three orphans of a lineage at most, and puts off the others",
    tokens: [root, ...oldOnes(5)],
    secrets: [secret()],
    plan: [
      "discard orphan0: orphan",
      "discard orphan1: orphan",
      "discard orphan2: orphan",
      "defer orphan3: orphan, discard",
      "defer orphan4: orphan, discard",
      "rotate root: renewal-window",
    ],
  },
  {
    says: "deletes the oldest orphans first, in whatever order they are listed",
    tokens: [
      root,
      ...[2, 5, 3, 4].map((hours) => token(`orphan${hours}`, { replaces: "root", age: hours * HOUR })),
    ],
    secrets: [secret()],
    plan: [
      "discard orphan5: orphan",
      "discard orphan4: orphan",
      "discard orphan3: orphan",
      "defer orphan2: orphan, discard",
      "rotate root: renewal-window",
    ],
  },
  {
    says: "deletes nothing that a person made, whatever its description says",
    tokens: [current, token("copied", { replaces: "current", age: DAY, creatorType: "user" })],
    secrets: [secret([isCurrent])],
    plan: ["wait current: not-due", "wait copied: not-due"],
  },
  {
    says: "takes a token that a flow made for one like a person's, whatever marker it carries",
    tokens: [current, token("copied", { replaces: "current", age: DAY, creatorType: "flow" })],
    secrets: [secret([isCurrent])],
    plan: ["wait current: not-due", "wait copied: not-due"],
  },
  {
    says: "deletes an orphan of which Losant does not say who made it",
    tokens: [current, { ...token("orphan", { replaces: "current", age: DAY }), creatorType: undefined }],
    secrets: [secret([isCurrent])],
    plan: ["discard orphan: orphan", "wait current: not-due"],
  },
  {
    says: "deletes nothing because its secret does not exist: that proves nothing",
    tokens: [root, old],
    plan: ["wait orphan: not-due", "skip root: superseded"],
  },
  {
    says: "deletes nothing because its secret does not answer, and says what is wrong with each token",
    tokens: [dueCurrent, old],
    unreadable: [secretNamed("backend")],
    plan: ["fail current: store-denied", "fail orphan: store-denied"],
  },
  {
    says: "gives two roots of one name no secrets of their own while the one that may hold them does not answer",
    tokens: [root, token("twin", { age: 350 * DAY, left: 15 * DAY, name: "backend" })],
    asks: { tokens: ["backend"], force: true, retireNow: true },
    unreadable: [secretNamed("backend")],
    plan: ["fail root: store-denied", "fail twin: store-denied"],
  },
  {
    says: "takes no token for an orphan that a version without labels holds",
    tokens: [current, token("former", { replaces: "root", age: 200 * DAY })],
    secrets: [secret([isCurrent, version("former", "root")])],
    plan: ["wait current: not-due", "skip former: superseded"],
  },
  {
    says: "takes no token for an orphan that another one says it replaced",
    tokens: [token("first", { replaces: "root" }), token("current", { replaces: "first" })],
    secrets: [secret([version("current", "root", "AWSCURRENT")])],
    plan: ["wait current: not-due", "skip first: superseded"],
  },
  {
    says: "deletes an orphan that is inactive or expired as well",
    tokens: [
      current,
      token("inactive", { replaces: "current", age: DAY, status: "inactive" }),
      token("expired", { replaces: "current", age: 9 * DAY, left: -DAY }),
    ],
    secrets: [secret([isCurrent])],
    plan: ["discard expired: orphan", "discard inactive: orphan", "wait current: not-due"],
  },
  {
    says: "lets an orphan be that was deactivated less than a week ago",
    tokens: [current, discarded(6 * DAY)],
    secrets: [secret([isCurrent])],
    plan: ["skip orphan: orphan-inactive", "wait current: not-due"],
  },
  {
    says: "deletes an orphan a week after it was deactivated",
    tokens: [current, discarded(7 * DAY)],
    secrets: [secret([isCurrent])],
    plan: ["discard orphan: orphan", "wait current: not-due"],
  },
  {
    says: "leaves an orphan alone that somebody activated again",
    tokens: [current, { ...discarded(8 * DAY), status: "active" }],
    secrets: [secret([isCurrent])],
    plan: ["skip orphan: orphan-reactivated", "wait current: not-due"],
  },
  {
    says: "issues nothing for a secret that is scheduled for deletion",
    tokens: [root, old],
    secrets: [secret([], { deleted: true })],
    plan: ["skip root: secret-scheduled-for-deletion", "skip orphan: secret-scheduled-for-deletion"],
  },
  {
    says: "issues nothing for a secret that another service owns, even when forced",
    tokens: [dueCurrent, root],
    secrets: [secret([isCurrent], { owner: "rds" })],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip current: secret-owned-by-service", "skip root: secret-owned-by-service"],
  },
  {
    says: "issues nothing for a secret that is a replica of another region's, even when forced",
    tokens: [dueCurrent, root],
    secrets: [secret([isCurrent], { primary: "us-west-2" })],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip current: secret-is-replica", "skip root: secret-is-replica"],
  },
  {
    says: "rotates in a secret that has replicas in other regions",
    tokens: [dueCurrent, root],
    secrets: [secret([isCurrent], { primary: REGION })],
    plan: ["rotate current: renewal-window", "skip root: superseded"],
  },
  {
    says: "issues nothing for a scheduled deletion even when the current token is gone and another one is forced",
    tokens: [root],
    secrets: [secret([isCurrent], { deleted: true })],
    asks: { tokens: [root.id], force: true },
    plan: ["skip current: secret-scheduled-for-deletion", "skip root: secret-scheduled-for-deletion"],
  },
];
