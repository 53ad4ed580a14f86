import type { ApiToken } from "../../lambda/model/token.ts";
import {
  APP,
  arnOf,
  byHand,
  DAY,
  deactivated,
  NOW,
  type Row,
  readAgo,
  type SecretTraits,
  secret,
  token,
  version,
} from "./builders.ts";

const policy = { retire: { deactivateAfter: "7d", deleteAfter: "30d", roots: true } };
const root = token("root", { age: 700 * DAY, left: "forever" });
const heir = token("heir", { replaces: "root", age: 9 * DAY });
const holder = version("heir", "root", "AWSCURRENT");
/** The root was replaced nine days ago, and its successor was read two days ago. */
const replaced = (versions = [readAgo(2 * DAY, holder)], traits: SecretTraits = {}) => ({
  tokens: [root, heir],
  secrets: [secret(versions, { changed: 9 * DAY, read: 2 * DAY, ...traits })],
  policy,
});
const [ended, kept] = [
  ["wait heir: not-due", "retire root: grace-over, deactivate"],
  ["wait heir: not-due", "skip root: retirement-unproven"],
];

const deactivatedAgo = (of: ApiToken, ms: number) => deactivated(of, new Date(NOW.getTime() - ms));

const oldHeir = token("heir", { replaces: "root", age: 50 * DAY });
const longReplaced = (of: ApiToken) => ({ ...replaced(), tokens: [of, oldHeir] });

const [first, second, third] = [
  token("first", { replaces: "root", age: 600 * DAY, left: 90 * DAY, status: "inactive" }),
  token("second", { replaces: "first", age: 20 * DAY, left: 80 * DAY }),
  token("third", { replaces: "second", age: 8 * DAY }),
];
const chain = [
  readAgo(2 * DAY, version("third", "second", "AWSCURRENT")),
  version("second", "first", "AWSPREVIOUS"),
  version("first", "root"),
];

/** Rule 8, with `roots`. */
export const RETIRED_ROOTS: readonly Row[] = [
  {
    says: "deactivates a root if policy retires roots, the worker has replaced it, and somebody has read its successor",
    ...replaced(),
    plan: ended,
  },
  {
    says: "keeps a root unless policy retires roots, and names one that never expires",
    ...replaced(),
    policy: { retire: { deactivateAfter: "7d" } },
    plan: ["wait heir: not-due", "skip root: never-retired"],
  },
  {
    says: "retires a root that would expire in the same way",
    ...replaced(),
    tokens: [token("root", { age: 700 * DAY, left: 40 * DAY }), heir],
    plan: ended,
  },
  {
    says: "keeps a root until its grace is over",
    ...replaced(),
    tokens: [root, token("heir", { replaces: "root", age: 7 * DAY })],
    plan: ["wait heir: not-due", "skip root: superseded"],
  },
  {
    says: "keeps a root whose successor nobody has read",
    ...replaced([holder], { read: 10 * DAY }),
    plan: ["wait heir: not-due", "skip root: successor-unread"],
  },
  {
    says: "keeps a root if only another version was read, on the day of the replacement",
    ...replaced([holder, readAgo(9 * DAY, byHand("a", "AWSPREVIOUS"))], { read: 9 * DAY }),
    plan: ["wait heir: not-due", "skip root: successor-unread"],
  },
  {
    says: "keeps a root if somebody still reads AWSPREVIOUS, which a person stored: it may be the root's string",
    ...replaced([readAgo(2 * DAY, holder), readAgo(8 * DAY, byHand("a", "AWSPREVIOUS"))]),
    plan: ["wait heir: not-due", "skip root: still-read"],
  },
  {
    says: "keeps a root if somebody still reads a version without a label that a person stored",
    ...replaced([readAgo(2 * DAY, holder), readAgo(8 * DAY, byHand("a"))]),
    plan: ["wait heir: not-due", "skip root: still-read"],
  },
  {
    says: "retires a root whose string a person stored, if that was last read on the day of the replacement",
    ...replaced([readAgo(2 * DAY, holder), readAgo(9 * DAY, byHand("a", "AWSPREVIOUS"))]),
    plan: ended,
  },
  {
    says: "retires a root whatever else its description says",
    ...replaced(),
    tokens: [{ ...root, description: "for the press line\nlosant-token-rotation, see the wiki" }, heir],
    plan: ended,
  },
  {
    says: "retires a root only in a maintenance window",
    ...replaced(),
    policy: { ...policy, windows: [{ days: ["tue"], from: "08:00", to: "18:00", zone: "UTC" }] },
    plan: ["wait heir: not-due", "wait root: retirement-outside-window"],
  },
  {
    says: "keeps a root of which only a version says that it was replaced: whoever writes to a secret can create one",
    ...replaced(),
    tokens: [root, { ...heir, description: "" }],
    plan: kept,
  },
  {
    says: "keeps a root whose successor has a marker without a valid signature",
    ...replaced(),
    tokens: [root, { ...heir, description: heir.description.replace(/mac=\w{8}/, "mac=00000000") }],
    plan: kept,
  },
  {
    says: "keeps a root whose successor's marker can't be checked, since older access tokens can't be read",
    ...replaced(),
    tokens: [root, { ...heir, description: heir.description.replace(/mac=\w{8}/, "mac=00000000") }],
    keys: "unreadable",
    plan: kept,
  },
  {
    says: "keeps a root whose successor was created for another secret, and was copied here",
    ...replaced(),
    tokens: [
      root,
      token("heir", { replaces: "root", age: 9 * DAY, secret: arnOf(`losant/${APP}/elsewhere`) }),
    ],
    plan: kept,
  },
  {
    says: "keeps a token that a planted version calls the root of a signed successor of another token",
    ...replaced([readAgo(2 * DAY, holder), version("heir", "victim", "planted")]),
    tokens: [root, token("victim", { name: "frontend", age: 700 * DAY }), heir],
    plan: ["wait heir: not-due", "skip root: retirement-unproven", "skip victim: retirement-unproven"],
  },
  {
    says: "keeps a token that a planted version of an unsigned token calls its root",
    ...replaced([readAgo(2 * DAY, holder), readAgo(DAY, version("x", "victim", "planted"))]),
    tokens: [
      root,
      token("victim", { name: "frontend", age: 700 * DAY }),
      token("x", { age: 9 * DAY, creatorType: "apiToken" }),
      heir,
    ],
    plan: [
      "wait heir: not-due",
      "skip root: still-read",
      "skip victim: retirement-unproven",
      "skip x: retirement-unproven",
    ],
  },
  {
    says: "keeps a root onto which somebody copied the marker of its successor",
    ...replaced(),
    tokens: [{ ...root, description: heir.description }, heir],
    plan: kept,
  },
  {
    says: "keeps a root that a planted version calls a successor",
    ...replaced([readAgo(2 * DAY, holder), version("root", "x", "planted")]),
    plan: kept,
  },
  {
    says: "keeps a root that another deployment says it has replaced too",
    ...replaced(),
    tokens: [
      root,
      token("trial", {
        replaces: "root",
        age: 5 * DAY,
        left: 200 * DAY,
        secret: arnOf(`losant/${APP}/backend`, { account: "999999999999" }),
      }),
      heir,
    ],
    plan: ["wait heir: not-due", "skip root: retirement-unproven", "wait trial: not-due"],
  },
  {
    says: "keeps a root of which the worker's own description says that another deployment created it",
    ...replaced(),
    tokens: [
      {
        ...root,
        description: `[losant-token-rotation replaces=${"a".repeat(24)} secret=${arnOf("losant/x", { account: "999999999999" })} run=r]`,
      },
      heir,
    ],
    plan: kept,
  },
  {
    says: "keeps a root while somebody has rolled its secret back to a value of before",
    ...replaced([byHand("a", "AWSCURRENT"), readAgo(2 * DAY, version("heir", "root", "AWSPREVIOUS"))]),
    plan: ["skip heir: rolled-back", "skip root: superseded"],
  },
  {
    says: "retires of two roots in one secret the one from which its current token descends",
    tokens: [
      root,
      token("adopted", { age: 600 * DAY, left: "forever" }),
      token("old", { replaces: "root", age: 300 * DAY, left: 80 * DAY, status: "inactive" }),
      token("new", { replaces: "adopted", age: 9 * DAY }),
    ],
    secrets: [
      secret(
        [readAgo(2 * DAY, version("new", "adopted", "AWSCURRENT")), version("old", "root", "AWSPREVIOUS")],
        { changed: 9 * DAY, read: 2 * DAY },
      ),
    ],
    policy,
    plan: [
      "wait new: not-due",
      "skip root: retirement-unproven",
      "retire adopted: grace-over, deactivate",
      "skip old: superseded",
    ],
  },
  {
    says: "retires a root after several rotations, if one of its successors was read",
    tokens: [root, first, second, third],
    secrets: [secret(chain, { changed: 8 * DAY, read: 2 * DAY })],
    policy: { retire: { ...policy.retire, deleteAfter: "900d" } },
    plan: [
      "wait third: not-due",
      "retire root: grace-over, deactivate",
      "retire second: grace-over, deactivate",
      "skip first: superseded",
    ],
  },
  {
    says: "keeps a root whose successor has been deleted, because its proof is gone with it",
    tokens: [root, second, third],
    secrets: [secret(chain, { changed: 8 * DAY, read: 2 * DAY })],
    policy: { retire: { ...policy.retire, deleteAfter: "900d" } },
    plan: ["wait third: not-due", "skip root: retirement-unproven", "retire second: grace-over, deactivate"],
  },
  {
    says: "keeps a root whose successor's version the secret no longer has",
    tokens: [root, first, second, third],
    secrets: [secret(chain.slice(0, 2), { changed: 8 * DAY, read: 2 * DAY })],
    policy: { retire: { ...policy.retire, deleteAfter: "900d" } },
    plan: [
      "wait third: not-due",
      "skip root: retirement-unproven",
      "retire second: grace-over, deactivate",
      "skip first: superseded",
    ],
  },
  {
    says: "never retires a root that was the worker's own access token",
    tokens: [
      token("root", { name: "worker", age: 700 * DAY, left: "forever" }),
      token("heir", {
        name: "worker",
        replaces: "root",
        age: 9 * DAY,
        secret: arnOf(`losant-access/${APP}`),
      }),
    ],
    secrets: [
      secret([readAgo(2 * DAY, holder)], {
        name: `losant-access/${APP}`,
        changed: 9 * DAY,
        read: 0,
      }),
    ],
    mapped: { worker: `losant-access/${APP}` },
    policy,
    plan: ["wait heir: not-due", "skip root: never-retired"],
  },
  {
    says: "never retires a root that the worker is logged in with",
    ...replaced(),
    login: { claimedIds: [root.id] },
    plan: ["wait heir: not-due", "skip root: never-retired"],
  },
  {
    says: "deactivates a root first, also if it could be deleted by now",
    ...longReplaced(root),
    plan: ended,
  },
  {
    says: "keeps a deactivated root for as long as policy has between both",
    ...longReplaced(deactivatedAgo(root, 22 * DAY)),
    plan: ["wait heir: not-due", "skip root: superseded"],
  },
  {
    says: "deletes a deactivated root after that",
    ...longReplaced(deactivatedAgo(root, 23 * DAY)),
    plan: ["wait heir: not-due", "retire root: grace-over, delete"],
  },
  {
    says: "keeps a deactivated root for a week at least",
    ...longReplaced(deactivatedAgo(root, 6 * DAY)),
    policy: { retire: { deactivateAfter: "7d", deleteAfter: "7d", roots: true } },
    plan: ["wait heir: not-due", "skip root: superseded"],
  },
  {
    says: "deletes a deactivated root after a week if policy has no time between both",
    ...longReplaced(deactivatedAgo(root, 7 * DAY)),
    policy: { retire: { deactivateAfter: "7d", deleteAfter: "7d", roots: true } },
    plan: ["wait heir: not-due", "retire root: grace-over, delete"],
  },
  {
    says: "deletes no root that somebody else deactivated, whatever line of another token it has",
    ...longReplaced({ ...deactivatedAgo(token("other", { left: "forever" }), 40 * DAY), id: root.id }),
    plan: ["wait heir: not-due", "skip root: superseded"],
  },
  {
    says: "ends no root that somebody activated after the policy had deactivated it",
    ...longReplaced({ ...deactivatedAgo(root, 23 * DAY), status: "active" }),
    plan: ["wait heir: not-due", "skip root: root-reactivated"],
  },
  {
    says: "has nothing to deactivate in a root that has expired",
    ...longReplaced(token("root", { age: 700 * DAY, left: -DAY })),
    plan: ["wait heir: not-due", "skip root: superseded"],
  },
];
