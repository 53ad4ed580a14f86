import {
  APP,
  arnOf,
  DAY,
  HOUR,
  id,
  MINUTE,
  OTHER_APP,
  type Row,
  secret,
  secretNamed,
  token,
  version,
} from "./builders.ts";

const due = { age: 350 * DAY, left: 15 * DAY };
const root = token("root", due);
const current = token("current", { replaces: "root" });
const managed = secret([version("current", "root", "AWSCURRENT")]);
const backend = secretNamed("backend");
const foreign = (secretArn: string) => token("foreign", { ...due, replaces: "x", secret: secretArn });
const forcedId = { tokens: [id("foreign")], force: true };
const elsewhere = arnOf(backend, { account: "999999999999" });

/** Whose a token is, before any rule. */
export const BELONGING: readonly Row[] = [
  {
    says: "never touches a token that was made for another account",
    tokens: [foreign(elsewhere)],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "never touches a token that was made for another region",
    tokens: [foreign(arnOf(backend, { region: "us-east-1" }))],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "never touches a token that was made under another prefix",
    tokens: [foreign(arnOf(`trial/${APP}/backend`))],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "never touches a token that was made for another application",
    tokens: [foreign(arnOf(`losant/${OTHER_APP}/backend`))],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "takes a prefix for another that only begins like its own",
    tokens: [foreign(arnOf(`losant/${APP}x/backend`))],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "never touches a token whose secret was deleted and made again under the same name",
    tokens: [foreign(arnOf(backend, { ending: "ZyXwVu" }))],
    secrets: [secret()],
    plan: ["skip foreign: foreign"],
  },
  {
    says: "never takes the predecessor of a foreign token for one of its own: it says what it is",
    tokens: [token("root", { ...due, name: "x" }), foreign(elsewhere)],
    plan: ["rotate root: renewal-window", "skip foreign: foreign"],
  },
  {
    says: "says that the secret of a token is missing, and does nothing to it",
    tokens: [token("orphan", { ...due, replaces: "x" })],
    plan: ["skip orphan: secret-missing"],
  },
  {
    says: "takes over a token whose secret is missing, where it is forced by its id",
    tokens: [token("orphan", { ...due, replaces: "x" })],
    asks: { tokens: [id("orphan")], force: true },
    plan: ["rotate orphan: forced"],
  },
  {
    says: "takes over no token whose secret is missing by a name",
    tokens: [token("orphan", { ...due, replaces: "x" })],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip orphan: secret-missing"],
  },
  {
    says: "says that a marker is damaged, and guesses at nothing",
    tokens: [token("edited", { ...due, description: "Used by CI [losant-token-rotation replaces=?]" })],
    plan: ["skip edited: damaged-marker"],
  },
  {
    says: "does not rotate a damaged one when a person forces it",
    tokens: [token("edited", { ...due, description: "[losant-token-rotation" })],
    asks: { tokens: [id("edited")], force: true },
    plan: ["skip edited: damaged-marker"],
  },
  {
    says: "believes a version id more than a damaged marker",
    tokens: [token("current", { ...due, description: "[losant-token-rotation" })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "leaves alone a token with a damaged marker whose name doesn't lead to its secret",
    tokens: [token("current", { ...due, name: "renamed", description: "[losant-token-rotation" })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
    // A damaged marker names no secret.
    observedPlan: ["skip current: damaged-marker"],
  },
  {
    says: "keeps to its own the secrets that the configuration maps, wherever they are named",
    tokens: [
      token("current", { name: "My API Token", replaces: "root", secret: arnOf("prod/backend/losant") }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: "prod/backend/losant" })],
    mapped: { "My API Token": "prod/backend/losant" },
    plan: ["wait current: not-due"],
    secretNames: { current: "prod/backend/losant" },
  },
  {
    says: "rotates a mapped root into the secret that the configuration names",
    tokens: [token("root", { ...due, name: "My API Token" })],
    mapped: { "My API Token": "prod/backend/losant" },
    plan: ["rotate root: renewal-window"],
    secretNames: { root: "prod/backend/losant" },
  },
  {
    says: "keeps the secret of a rotated token that somebody renamed in Losant",
    tokens: [token("current", { ...due, name: "renamed", replaces: "root" })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
    secretNames: { current: backend },
  },
  {
    says: "does not rotate the predecessor of a rotation whose marker somebody wiped",
    tokens: [root, token("current")],
    secrets: [managed],
    plan: ["wait current: not-due", "skip root: superseded"],
  },
  {
    says: "does not rotate twice what was rotated twice, all markers wiped",
    tokens: [root, token("first", due), token("current")],
    secrets: [secret([version("current", "first", "AWSCURRENT"), version("first", "root", "AWSPREVIOUS")])],
    plan: ["wait current: not-due", "skip root: superseded", "skip first: superseded"],
  },
  {
    says: "does not rotate again a root that only a version without labels remembers",
    tokens: [root, token("current", { replaces: "first" })],
    secrets: [
      secret([
        version("current", "first", "AWSCURRENT"),
        version("first", "zeroth", "AWSPREVIOUS"),
        version("zeroth", "root"),
      ]),
    ],
    plan: ["wait current: not-due", "skip root: superseded"],
  },
  {
    says: "is not led astray by descriptions edited into a circle",
    tokens: [token("current", { replaces: "other" }), token("other", { replaces: "current" })],
    secrets: [secret([version("current", "root", "AWSCURRENT")])],
    policy: { retire: { deleteAfter: "400d" } },
    plan: ["wait current: not-due", "skip other: superseded"],
  },
  {
    says: "gives two live roots of one name a secret each, with their ids in the names",
    tokens: [token("one", due), token("two", due)],
    plan: ["rotate one: renewal-window", "rotate two: renewal-window"],
    secretNames: { one: `${backend}_${id("one")}`, two: `${backend}_${id("two")}` },
  },
  {
    says: "gives the only live one of two roots the plain name",
    tokens: [token("dead", { age: 400 * DAY, left: -DAY }), token("live", due)],
    plan: ["skip dead: expired-unmanaged", "rotate live: renewal-window"],
    secretNames: { live: backend },
  },
  {
    says: "gives a new root of a name that a managed lineage has a secret of its own",
    tokens: [current, token("new", due)],
    secrets: [managed],
    plan: ["wait current: not-due", "rotate new: renewal-window"],
    secretNames: { current: backend, new: `${backend}_${id("new")}` },
  },
  {
    says: "rotates into the plain name when all that was ever tried there is discarded",
    tokens: [root],
    secrets: [secret([version("discarded", "root")])],
    plan: ["rotate root: renewal-window"],
    secretNames: { root: backend },
  },
  {
    says: "does not guess which of two roots a mapped secret is for",
    tokens: [
      token("one", { ...due, name: "API" }),
      token("two", { name: "API" }),
      token("other", { ...due, name: "CI" }),
    ],
    mapped: { API: "prod/api" },
    plan: [
      "rotate other: renewal-window",
      "fail one: secret-mapping-ambiguous",
      "fail two: secret-mapping-ambiguous",
    ],
  },
  {
    says: "knows which of two a mapped secret is for when one is managed",
    tokens: [
      token("current", { name: "API", replaces: "root", secret: arnOf("prod/api") }),
      token("new", { ...due, name: "API" }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: "prod/api" })],
    mapped: { API: "prod/api" },
    plan: ["wait current: not-due", "rotate new: renewal-window"],
    secretNames: { current: "prod/api", new: `${secretNamed("API")}_${id("new")}` },
  },
  {
    says: "knows the lineage of its own credential by the secret that it logs in with",
    tokens: [
      token("current", { ...due, name: "worker", replaces: "root", secret: arnOf(`losant-access/${APP}`) }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: `losant-access/${APP}` })],
    plan: ["rotate current: renewal-window"],
    secretNames: { current: `losant-access/${APP}` },
  },
];

/** Naming with force takes over. */
export const ADOPTION: readonly Row[] = [
  {
    says: "takes over a foreign token that is forced by its id",
    tokens: [foreign(elsewhere)],
    asks: forcedId,
    plan: ["rotate foreign: forced"],
    secretNames: { foreign: backend },
  },
  {
    says: "takes over no foreign token that is forced by a name, even if only it has that name",
    tokens: [foreign(elsewhere)],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip foreign: foreign"],
  },
  {
    says: "takes over no foreign token that is forced by a name which another token has as well",
    tokens: [root, foreign(elsewhere)],
    asks: { tokens: ["backend"], force: true },
    plan: ["rotate root: forced", "skip foreign: foreign"],
  },
  {
    says: "takes over no foreign token that is only named",
    tokens: [foreign(elsewhere)],
    asks: { tokens: [id("foreign")] },
    plan: ["skip foreign: foreign"],
  },
  {
    says: "takes over no foreign token that is inactive",
    tokens: [{ ...foreign(elsewhere), status: "inactive" }],
    asks: forcedId,
    plan: ["skip foreign: foreign"],
  },
  {
    says: "takes over no foreign token that has expired",
    tokens: [token("foreign", { replaces: "x", secret: elsewhere, age: 9 * DAY, left: -HOUR })],
    asks: forcedId,
    plan: ["skip foreign: foreign"],
  },
  {
    says: "rotates a token that was taken over like its own from then on",
    tokens: [foreign(elsewhere), token("current", { ...due, replaces: "foreign" })],
    secrets: [secret([version("current", "foreign", "AWSCURRENT")])],
    plan: ["rotate current: renewal-window", "skip foreign: superseded"],
  },
  {
    says: "goes on with a new token, forced, in the lineage whose current token somebody deleted",
    tokens: [token("new")],
    secrets: [managed],
    asks: { tokens: [id("new")], force: true },
    plan: ["rotate new: forced"],
    secretNames: { new: backend },
  },
  {
    says: "goes on with a new token, forced, in the lineage whose current token somebody deactivated",
    tokens: [token("current", { replaces: "root", status: "inactive", name: "backend, old" }), token("new")],
    secrets: [managed],
    asks: { tokens: [id("new")], force: true },
    plan: ["rotate new: forced", "skip current: superseded"],
    secretNames: { new: backend },
  },
  {
    says: "goes on with the predecessor, forced, of a current token that somebody deleted",
    tokens: [root],
    secrets: [managed],
    asks: { tokens: [root.id], force: true },
    plan: ["rotate root: forced"],
  },
  {
    says: "goes on with the last of several predecessors that a forced name means",
    tokens: [root, token("first", { replaces: "root", age: 50 * DAY })],
    secrets: [secret([version("current", "first", "AWSCURRENT"), version("first", "root", "AWSPREVIOUS")])],
    asks: { tokens: ["backend"], force: true },
    plan: ["rotate first: forced", "skip root: superseded"],
  },
  {
    says: "does not go on with a predecessor that is dead or without a scope",
    tokens: [{ ...root, scope: [] }, token("first", { replaces: "root", status: "inactive" })],
    secrets: [secret([version("current", "first", "AWSCURRENT"), version("first", "root", "AWSPREVIOUS")])],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip current: missing", "skip root: superseded", "skip first: superseded"],
  },
  {
    says: "does not go on with a predecessor, forced or not, while the current token lives",
    tokens: [root, current],
    secrets: [managed],
    asks: { tokens: [root.id], force: true },
    plan: ["skip current: not-selected", "skip root: superseded"],
  },
  {
    says: "gives a new token that nobody forced a secret of its own, dead lineage or not",
    tokens: [token("new", due)],
    secrets: [managed],
    plan: ["rotate new: renewal-window"],
    secretNames: { new: `${backend}_${id("new")}` },
  },
  {
    says: "goes on in a dead lineage however young its last token was",
    tokens: [token("new", { age: MINUTE })],
    secrets: [managed],
    asks: { tokens: [id("new")], force: true },
    plan: ["rotate new: forced"],
  },
  {
    says: "does not go on with what a run has just made: a description that lags may hide that it is current",
    tokens: [
      token("current", { replaces: "root", status: "inactive" }),
      token("next", { replaces: "current", age: MINUTE }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT"), version("next", "current")])],
    asks: { tokens: ["backend"], force: true },
    plan: ["skip current: revoked", "skip next: superseded"],
  },
];
