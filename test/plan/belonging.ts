import {
  APP,
  arnOf,
  byHand,
  DAY,
  HOUR,
  id,
  MINUTE,
  marker,
  NOW,
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
const text = (secretArn: string) => ({ description: marker("x", secretArn), creatorType: "apiToken" });
const foreign = (secretArn: string) => token("foreign", { ...due, ...text(secretArn) });
const signedFor = (secretArn: string) => token("moved", { ...due, replaces: "x", secret: secretArn });
const signedByAnother = {
  description: token("x", { ...due, replaces: "root" }).description.replace(/mac=\w{8}/, "mac=00000000"),
  creatorType: "apiToken",
};
const forcedId = { tokens: [id("foreign")], force: true };
const access = arnOf(`losant-access/${APP}`);
const alpha = arnOf(secretNamed("alpha"));
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
    says: "takes a person's token for a person's, whatever its text names",
    tokens: [{ ...foreign(elsewhere), creatorType: "user" }],
    plan: ["rotate foreign: renewal-window"],
    secretNames: { foreign: backend },
  },
  {
    says: "follows a token whose secret was deleted and made again under the same name",
    tokens: [signedFor(arnOf(backend, { ending: "ZyXwVu" }))],
    secrets: [secret()],
    plan: ["rotate moved: moved"],
    secretNames: { moved: backend },
  },
  {
    says: "follows a token whose secret the configuration no longer names, due or not",
    tokens: [token("moved", { replaces: "x", secret: arnOf("prod/backend/losant") })],
    plan: ["rotate moved: moved"],
    secretNames: { moved: backend },
  },
  {
    says: "follows a token to the secret that the configuration names by the id of what it replaced",
    tokens: [token("moved", { replaces: "root", secret: arnOf("prod/old") })],
    mapped: { [id("root")]: "prod/new" },
    plan: ["rotate moved: moved"],
    secretNames: { moved: "prod/new" },
  },
  {
    says: "moves one token of a former secret, and leaves alone what it replaced",
    tokens: [
      token("root", { age: 300 * DAY, left: 65 * DAY }),
      token("first", { replaces: "root", age: 200 * DAY, secret: arnOf("prod/old") }),
      token("second", { replaces: "first", secret: arnOf("prod/old") }),
    ],
    plan: ["rotate second: moved", "skip root: superseded", "skip first: superseded"],
  },
  {
    says: "is at rest once it has followed, although the former secret still stands on the token",
    tokens: [
      token("second", { replaces: "first", secret: arnOf("losant/special/old") }),
      token("third", { replaces: "second", age: DAY }),
    ],
    secrets: [
      secret([version("second", "first", "AWSCURRENT")], { name: "losant/special/old" }),
      secret([version("third", "second", "AWSCURRENT")]),
    ],
    plan: ["wait third: not-due", "skip second: superseded"],
  },
  {
    says: "goes back to a former secret that still stands on what the token replaced",
    tokens: [
      token("second", { replaces: "first" }),
      token("third", { replaces: "second", age: 10 * DAY, secret: arnOf("prod/new") }),
    ],
    secrets: [secret([version("second", "first", "AWSCURRENT")])],
    plan: ["rotate third: moved", "skip second: superseded"],
    secretNames: { third: backend },
  },
  ...(
    [
      ["that a person created", { creatorType: "user" }],
      ["with other rights", { creatorType: "apiToken", scope: ["all.Application"] }],
      ["that is older than what it is said to have replaced", { creatorType: "apiToken", age: 360 * DAY }],
    ] as const
  ).map(
    ([what, traits]): Row => ({
      says: `takes no version without labels for its own that names a token ${what}`,
      tokens: [root, token("other", { name: "other", ...traits })],
      secrets: [secret([byHand("a", "AWSCURRENT"), version("other", "root")])],
      plan: ["rotate root: renewal-window", "wait other: not-due"],
      secretNames: { root: backend },
    }),
  ),
  {
    says: "believes a version without labels whose token can be what its id says",
    tokens: [root, token("other", { name: "other", creatorType: "apiToken" })],
    secrets: [secret([byHand("a", "AWSCURRENT"), version("other", "root")])],
    plan: ["skip other: rolled-back", "skip root: superseded"],
  },
  ...(
    [
      ["another deployment, whose prefix begins with this one's", `losant/b/${APP}/backend`],
      ["another application", `losant/${OTHER_APP}/backend`],
    ] as const
  ).map(
    ([whose, name]): Row => ({
      says: `neither moves a token nor takes one for replaced because of a secret in the folder of ${whose}`,
      tokens: [token("root", { ...due, creatorType: "user" }), foreign(arnOf(name))],
      secrets: [secret([version("foreign", "root", "AWSCURRENT")], { name })],
      plan: ["rotate root: renewal-window", "skip foreign: foreign"],
      secretNames: { root: backend },
    }),
  ),
  {
    says: "gives no token with other rights the secret of an id that a planted version says it has replaced",
    tokens: [
      token("moved", { name: "other", scope: ["device.get"] }),
      token("mapped", { ...due, name: "mapped" }),
    ],
    secrets: [
      secret([version("moved", "between", "AWSCURRENT"), version("between", "mapped", "AWSPREVIOUS")], {
        name: "losant/planted",
      }),
    ],
    mapped: { [id("mapped")]: "prod/mapped" },
    plan: ["rotate moved: moved", "skip mapped: superseded"],
    secretNames: { moved: secretNamed("other") },
  },
  {
    says: "knows its own token by the dates of its string, whatever token a version of its secret names",
    tokens: [token("own", { name: "worker" }), root],
    renews: true,
    login: {
      issuedAt: new Date(NOW.getTime() - 100 * DAY),
      expiresAt: new Date(NOW.getTime() + 265 * DAY),
    },
    secrets: [secret([version("root", "own", "AWSCURRENT")], { name: `losant-access/${APP}` })],
    plan: ["skip root: rolled-back", "skip own: superseded"],
  },
  {
    says: "moves a secret under a former prefix to the same name under the new one, whatever its token is called now",
    tokens: [token("moved", { name: "renamed", replaces: "x", secret: arnOf(`old/${APP}/backend`) })],
    secrets: [secret([version("moved", "x", "AWSCURRENT")], { name: `old/${APP}/backend` })],
    formerPrefixes: ["old"],
    plan: ["rotate moved: moved"],
    secretNames: { moved: backend },
  },
  {
    says: "gives a moved token the secret that its name maps to, unless another lineage is there",
    tokens: [
      token("moved", { name: "alpha", replaces: "x", secret: arnOf(`old/${APP}/backend`) }),
      token("other", { name: "beta", replaces: "y", secret: arnOf(`old/${APP}/edge`) }),
      token("taken", { name: "gamma", replaces: "z", secret: arnOf("prod/taken") }),
    ],
    secrets: [
      secret([version("moved", "x", "AWSCURRENT")], { name: `old/${APP}/backend` }),
      secret([version("other", "y", "AWSCURRENT")], { name: `old/${APP}/edge` }),
      secret([version("taken", "z", "AWSCURRENT")], { name: "prod/taken" }),
    ],
    formerPrefixes: ["old"],
    mapped: { alpha: "prod/free", beta: "prod/taken" },
    plan: ["rotate moved: moved", "rotate other: moved", "wait taken: not-due"],
    secretNames: { moved: "prod/free", other: secretNamed("edge") },
  },
  {
    says: "follows the name again where the former secret's name doesn't fit under the new prefix",
    tokens: [token("moved", { name: "short", replaces: "x", secret: arnOf(`o/${APP}/${"n".repeat(482)}`) })],
    secrets: [secret([version("moved", "x", "AWSCURRENT")], { name: `o/${APP}/${"n".repeat(482)}` })],
    formerPrefixes: ["o"],
    plan: ["rotate moved: moved"],
    secretNames: { moved: secretNamed("short") },
  },
  {
    says: "issues nothing for a root whose successor is under a former prefix, listed or not",
    tokens: [root],
    secrets: [secret([version("unlisted", "root", "AWSCURRENT")], { name: `old/${APP}/backend` })],
    formerPrefixes: ["old"],
    plan: ["skip root: unproven"],
  },
  {
    says: "believes the version that replaced a token, and not the marker of another that no secret is known to hold",
    tokens: [
      root,
      token("current", { replaces: "root", secret: arnOf("prod/api") }),
      token("other", { replaces: "root" }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: "prod/api" })],
    unreadable: [backend],
    mapped: { API: "prod/api" },
    plan: ["wait current: not-due", "skip root: superseded", "fail other: store-denied"],
  },
  {
    says: "lets a root wait while the secret of its name under a former prefix can't be read",
    tokens: [root, token("ending", { name: "edge", age: 360 * DAY, left: 11 * HOUR })],
    unreadable: [`old/${APP}/backend`, `old/${APP}/edge`],
    formerPrefixes: ["old"],
    plan: ["defer root: renewal-window, rotate", "rotate ending: renewal-window"],
  },
  {
    says: "moves no token into a secret that stands on another one",
    tokens: [current, token("moved", { ...due, replaces: "x", secret: arnOf("prod/old") })],
    secrets: [managed],
    plan: ["wait current: not-due", "fail moved: secret-mapping-ambiguous"],
  },
  {
    says: "moves nothing there after it has expired, either",
    tokens: [current, token("moved", { left: -DAY, replaces: "x", secret: arnOf("losant/old") })],
    secrets: [managed, secret([version("moved", "x", "AWSCURRENT")], { name: "losant/old" })],
    plan: ["wait current: not-due", "fail moved: secret-mapping-ambiguous"],
  },
  {
    says: "makes no rival of a token that was replaced, as only a version without labels tells",
    tokens: [
      root,
      token("twin"),
      token("current", { replaces: "made", age: DAY, secret: arnOf("prod/backend") }),
    ],
    mapped: { backend: "prod/backend" },
    secrets: [
      secret([version("current", "made", "AWSCURRENT"), version("made", "root")], { name: "prod/backend" }),
    ],
    plan: ["wait current: not-due", "skip root: superseded", "wait twin: not-due"],
  },
  {
    says: "makes no rival of a token that expired before it could move",
    tokens: [root, token("moved", { left: -DAY, replaces: "x", secret: arnOf("losant/old") })],
    mapped: { backend: "prod/backend" },
    secrets: [secret([version("moved", "x", "AWSCURRENT")], { name: "losant/old" })],
    plan: ["rotate root: renewal-window", "rotate moved: moved"],
    secretNames: { root: "prod/backend", moved: secretNamed(`backend_${id("moved")}`) },
  },
  {
    says: "moves no token that somebody deactivated",
    tokens: [{ ...token("moved", { replaces: "x", secret: arnOf("prod/old") }), status: "inactive" }],
    plan: ["skip moved: unproven"],
  },
  ...(
    [
      ["doesn't wait", 11, "rotate moved: moved"],
      ["waits", 13, "wait moved: not-due"],
    ] as const
  ).map(
    ([what, hours, planned]): Row => ({
      says: `${what} with a move while the token that it replaced has ${hours} hours left, because consumers may use that one`,
      tokens: [
        token("root", { age: 364 * DAY, left: hours * HOUR }),
        token("moved", { replaces: "root", age: HOUR, secret: arnOf("prod/old") }),
      ],
      plan: [planned, "skip root: superseded"],
    }),
  ),
  {
    says: "follows once a day at most, unless a person insists",
    tokens: [token("moved", { age: 20 * HOUR, replaces: "x", secret: arnOf("prod/old") })],
    plan: ["wait moved: not-due"],
  },
  {
    says: "leaves a token where it is that the worker was told to renew no longer",
    tokens: [token("own", { ...due, name: "worker", replaces: "x", secret: arnOf(`losant-access/${APP}`) })],
    login: { claimedIds: [id("own")] },
    secrets: [secret([version("own", "x", "AWSCURRENT")], { name: `losant-access/${APP}` })],
    plan: ["rotate own: renewal-window"],
    secretNames: { own: secretNamed("worker") },
  },
  {
    says: "never takes the predecessor of a foreign token for one of its own: it says what it is",
    tokens: [token("root", { ...due, name: "x" }), foreign(elsewhere)],
    plan: ["rotate root: renewal-window", "skip foreign: foreign"],
  },
  {
    says: "makes the secret anew of a token whose secret is gone",
    tokens: [token("kept", { ...due, replaces: "x" })],
    plan: ["rotate kept: moved"],
    secretNames: { kept: backend },
  },
  {
    says: "tells of an orphan of a secret that is gone, and doesn't discard it",
    tokens: [
      token("older", { replaces: "x", age: 20 * DAY, run: "other" }),
      token("kept", { replaces: "y", age: 10 * DAY }),
    ],
    plan: ["rotate kept: moved", "skip older: unproven"],
  },
  {
    says: "renews a token whose marker is damaged and that no version names, under its id",
    tokens: [
      token("edited", {
        ...due,
        description: "Used by CI [losant-token-rotation replaces=?]",
        creatorType: "apiToken",
      }),
    ],
    plan: ["rotate edited: renewal-window"],
    secretNames: { edited: `${backend}_${id("edited")}` },
  },
  {
    says: "renews under its id a token whose marker is damaged, also where nobody says who made it",
    tokens: [token("edited", { ...due, description: "[losant-token-rotation" })],
    plan: ["rotate edited: renewal-window"],
    secretNames: { edited: `${backend}_${id("edited")}` },
  },
  {
    says: "renews under its id a token whose text names a secret that doesn't exist",
    tokens: [
      token("edited", {
        ...due,
        description: marker("x", arnOf(secretNamed("nowhere"))),
        creatorType: "apiToken",
      }),
    ],
    plan: ["rotate edited: renewal-window"],
    secretNames: { edited: `${backend}_${id("edited")}` },
  },
  {
    says: "renews a person's token whose marker is damaged under its name",
    tokens: [token("edited", { ...due, description: "[losant-token-rotation", creatorType: "user" })],
    plan: ["rotate edited: renewal-window"],
    secretNames: { edited: backend },
  },
  {
    says: "renews a flow's token under its name, whatever marker stands in its text",
    tokens: [
      token("flowing", { ...due, description: marker("x", elsewhere), creatorType: "flow" }),
      token("edited", { ...due, name: "edge", description: marker("x"), creatorType: "flow" }),
    ],
    plan: ["rotate flowing: renewal-window", "rotate edited: renewal-window"],
    secretNames: { flowing: backend, edited: secretNamed("edge") },
  },
  {
    says: "tells of a token that Losant says the worker made, and that nothing else explains",
    tokens: [{ ...token("lost", { ...due, creatorType: "apiToken" }), creatorId: id("access") }],
    login: { claimedIds: [id("access")] },
    plan: ["skip lost: unproven"],
  },
  ...(["apiToken", undefined] as const).map(
    (creatorType): Row => ({
      says: `takes a token without text, of which Losant says that the worker created it (type ${creatorType}), for no rival`,
      tokens: [
        token("root", { ...due, creatorType: "user" }),
        {
          ...token("lost", { name: "backend" }),
          ...(creatorType && { creatorType }),
          creatorId: id("access"),
        },
      ],
      mapped: { backend: "prod/backend" },
      login: { claimedIds: [id("access")] },
      plan: ["rotate root: renewal-window", "wait lost: not-due"],
      secretNames: { root: "prod/backend" },
    }),
  ),
  {
    says: "knows a token of another account's by its marker, also where older access tokens can't be read",
    tokens: [
      {
        ...token("foreign", { ...due, replaces: "x", secret: elsewhere }),
        description: token("x", { ...due, replaces: "x", secret: elsewhere }).description.replace(
          /mac=\w{8}/,
          "mac=00000000",
        ),
      },
    ],
    keys: "unreadable",
    plan: ["skip foreign: foreign"],
  },
  {
    says: "lets a token rest, and says so, whose marker can't be checked",
    tokens: [{ ...token("made", due), ...signedByAnother }],
    keys: "unreadable",
    plan: ["skip made: marker-unknown"],
  },
  {
    says: "needs no marker of a token that a version names",
    tokens: [{ ...token("current", due), ...signedByAnother }],
    secrets: [managed],
    keys: "unreadable",
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "takes a copied marker for a copy: only the token that was made first can be what was ordered",
    tokens: [
      current,
      { ...token("copy", { replaces: "root" }), createdAt: new Date(current.createdAt.getTime() + MINUTE) },
    ],
    secrets: [managed],
    plan: ["wait current: not-due", "wait copy: not-due"],
  },
  {
    says: "takes a marker for a copy if the secret that it names holds another token with it, also one that was made later",
    tokens: [
      current,
      {
        ...token("copy", { replaces: "root" }),
        createdAt: new Date(current.createdAt.getTime() - MINUTE - 1),
      },
    ],
    secrets: [managed],
    plan: ["wait current: not-due", "wait copy: not-due"],
  },
  {
    says: "takes it for a copy also if only a version without labels holds the other one",
    tokens: [
      token("newest", { replaces: "current" }),
      current,
      {
        ...token("copy", { replaces: "root" }),
        createdAt: new Date(current.createdAt.getTime() - MINUTE - 1),
      },
    ],
    secrets: [secret([version("newest", "current", "AWSCURRENT"), version("current", "root")])],
    plan: ["wait newest: not-due", "skip current: superseded", "wait copy: not-due"],
  },
  {
    says: "takes a copied marker for a copy also where the listing lacks the token that was made first",
    tokens: [
      root,
      { ...token("copy", { replaces: "root" }), createdAt: new Date(current.createdAt.getTime() + MINUTE) },
    ],
    unlisted: [current],
    secrets: [managed],
    plan: ["wait current: not-due", "skip root: superseded", "wait copy: not-due"],
    secretNames: { copy: `${backend}_${id("copy")}` },
  },
  {
    says: "takes a copy for a copy by its creator also where no marker is left that shows what creators are",
    tokens: [
      root,
      { ...token("current", { creatorType: "apiToken" }), creatorId: id("access") },
      { ...token("copy", { replaces: "root" }), creatorId: id("other") },
    ],
    secrets: [managed],
    login: { claimedIds: [id("access")] },
    plan: ["wait current: not-due", "skip root: superseded", "wait copy: not-due"],
  },
  {
    says: "ends no life by a marker that was copied onto another token, however it is edited",
    tokens: [current, { ...token("victim", due), description: current.description }],
    secrets: [managed],
    plan: ["wait current: not-due", "rotate victim: renewal-window"],
    secretNames: { victim: `${backend}_${id("victim")}` },
  },
  {
    says: "takes no root for replaced because a text says so",
    tokens: [
      root,
      token("current", { replaces: "zeroth" }),
      token("liar", { name: "liar", description: marker("root"), creatorType: "apiToken" }),
    ],
    secrets: [secret([version("current", "zeroth", "AWSCURRENT")])],
    plan: ["rotate root: renewal-window", "wait current: not-due", "wait liar: not-due"],
    secretNames: { root: `${backend}_${id("root")}` },
  },
  {
    says: "renews a token for each of two secrets that stand on it, and says so",
    tokens: [current],
    secrets: [managed, secret([version("current", "root", "AWSCURRENT")], { name: secretNamed("copy") })],
    plan: ["skip current: shared", "skip current: shared"],
  },
  {
    says: "renews a token that is due for each of two secrets that stand on it",
    tokens: [token("current", { ...due, replaces: "root" })],
    secrets: [managed, secret([version("current", "root", "AWSCURRENT")], { name: secretNamed("copy") })],
    plan: ["rotate current: renewal-window", "rotate current: renewal-window"],
  },
  {
    says: "gives no two roots one secret, whatever they are called",
    tokens: [token("one", due), token("two", due), token("three", { ...due, name: `backend_${id("one")}` })],
    plan: ["rotate one: renewal-window", "rotate two: renewal-window", "rotate three: renewal-window"],
    secretNames: {
      one: `${backend}_${id("one")}`,
      two: `${backend}_${id("two")}`,
      three: `${backend}_${id("one")}_${id("three")}`,
    },
  },
  {
    says: "gives a root no secret that another token has already got by calling itself so",
    tokens: [
      token("one", due),
      token("two", due),
      token("taker", {
        name: `backend_${id("one")}`,
        replaces: "x",
        secret: arnOf(`${backend}_${id("one")}`),
      }),
    ],
    secrets: [secret([version("taker", "x", "AWSCURRENT")], { name: `${backend}_${id("one")}` })],
    plan: ["rotate one: renewal-window", "rotate two: renewal-window", "wait taker: not-due"],
    secretNames: {
      one: `${backend}_${id("one")}_${id("one")}`,
      two: `${backend}_${id("two")}`,
      taker: `${backend}_${id("one")}`,
    },
  },
  {
    says: "gives a token the secret that its id is mapped to, although another is called like that secret",
    tokens: [token("one", due), token("other", { ...due, name: "edge" })],
    mapped: { [id("one")]: secretNamed("edge") },
    plan: ["rotate one: renewal-window", "rotate other: renewal-window"],
    secretNames: { one: secretNamed("edge"), other: `${secretNamed("edge")}_${id("other")}` },
  },
  {
    says: "maps by ids where the configuration names them, and not by the names",
    tokens: [token("one", { ...due, name: "API" }), token("two", { ...due, name: "CI" })],
    mapped: { [id("one")]: "prod/ci", [id("two")]: "prod/api", API: "prod/elsewhere" },
    plan: ["rotate one: renewal-window", "rotate two: renewal-window"],
    secretNames: { one: "prod/ci", two: "prod/api" },
  },
  {
    says: "tells of a dead root with the secret that its id is mapped to, whatever its name is mapped to",
    tokens: [token("dead", { status: "inactive" })],
    mapped: { [id("dead")]: "prod/by-id", backend: "prod/by-name" },
    plan: ["skip dead: inactive"],
    secretNames: { dead: "prod/by-id" },
  },
  {
    says: "believes a version id more than a damaged marker",
    tokens: [token("current", { ...due, description: "[losant-token-rotation" })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
  },
  {
    says: "renews in its secret a current token that somebody renamed, and whose description somebody emptied",
    tokens: [token("current", { ...due, name: "renamed", creatorType: "apiToken" })],
    secrets: [managed],
    plan: ["rotate current: renewal-window"],
    secretNames: { current: backend },
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
    says: "finds a token in a version without labels of whichever secret it is, whatever it is called",
    tokens: [
      token("current", { name: "edge", replaces: "previous", secret: arnOf(secretNamed("edge")) }),
      token("former", { ...due, name: "renamed", creatorType: "apiToken" }),
    ],
    secrets: [
      secret(
        [
          version("current", "previous", "AWSCURRENT"),
          version("previous", "x", "AWSPREVIOUS"),
          version("former", "root"),
        ],
        { name: secretNamed("edge") },
      ),
    ],
    plan: ["wait current: not-due", "skip former: superseded"],
  },
  {
    says: "counts a token to the secret in which it is current, not to one that held it before",
    tokens: [
      token("back", { name: "zeta" }),
      token("other", { name: "alpha", replaces: "back", secret: alpha }),
    ],
    secrets: [
      secret([version("back", "root", "AWSCURRENT")], { name: secretNamed("zeta") }),
      secret([version("other", "back", "AWSCURRENT"), version("back", "root", "AWSPREVIOUS")], {
        name: secretNamed("alpha"),
      }),
    ],
    plan: ["wait back: not-due", "wait other: not-due"],
    secretNames: { back: secretNamed("zeta") },
  },
  {
    says: "counts a token to the secret that held it, not to one in which it was only replaced",
    tokens: [
      token("second", { name: "zeta", replaces: "first", secret: arnOf(secretNamed("zeta")) }),
      token("first", { name: "zeta", replaces: "root", secret: arnOf(secretNamed("zeta")) }),
      token("other", { name: "alpha", replaces: "first", secret: arnOf(secretNamed("alpha")) }),
    ],
    secrets: [
      secret([version("second", "first", "AWSCURRENT"), version("first", "root", "AWSPREVIOUS")], {
        name: secretNamed("zeta"),
      }),
      secret([version("other", "first", "AWSCURRENT")], { name: secretNamed("alpha") }),
    ],
    plan: ["wait second: not-due", "skip first: superseded", "wait other: not-due"],
    secretNames: { first: secretNamed("zeta") },
  },
  {
    says: "is not led astray by descriptions edited into a circle",
    tokens: [token("current", { replaces: "other" }), token("other", { replaces: "current" })],
    secrets: [secret([version("current", "root", "AWSCURRENT")])],
    policy: { retire: { unread: "ignore", deleteAfter: "400d" } },
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
    says: "rotates into the plain name also when what was discarded there was to replace another token",
    tokens: [root],
    secrets: [secret([version("discarded", "gone")])],
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
    says: "gives each of two new roots a secret of its own where a lineage is in the mapped one",
    tokens: [
      token("current", { name: "API", replaces: "root", secret: arnOf("prod/api") }),
      token("new", { ...due, name: "API" }),
      token("other", { ...due, name: "API" }),
    ],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: "prod/api" })],
    mapped: { API: "prod/api" },
    plan: ["wait current: not-due", "rotate new: renewal-window", "rotate other: renewal-window"],
    secretNames: {
      current: "prod/api",
      new: `${secretNamed("API")}_${id("new")}`,
      other: `${secretNamed("API")}_${id("other")}`,
    },
  },
  {
    says: "moves into a mapped secret what was made for it, and not another token of that name",
    tokens: [
      token("moved", { name: "API", replaces: "x", secret: arnOf("prod/api", { ending: "ZyXwVu" }) }),
      token("root", { ...due, name: "API" }),
    ],
    secrets: [secret([byHand("a", "AWSCURRENT")], { name: "prod/api" })],
    mapped: { API: "prod/api" },
    plan: ["rotate moved: moved", "rotate root: renewal-window"],
    secretNames: { moved: "prod/api", root: `${secretNamed("API")}_${id("root")}` },
  },
  {
    says: "knows the lineage of its own credential by the secret that it logs in with",
    tokens: [token("current", { ...due, name: "worker", replaces: "root", secret: access })],
    secrets: [secret([version("current", "root", "AWSCURRENT")], { name: `losant-access/${APP}` })],
    mapped: { worker: `losant-access/${APP}` },
    plan: ["rotate current: renewal-window"],
    secretNames: { current: `losant-access/${APP}` },
  },
  {
    says: "renews its own credential, whatever it is called now, where a mapping says so for a name",
    tokens: [token("own", { ...due, name: "renamed" })],
    login: { claimedIds: [id("own")] },
    mapped: { worker: `losant-access/${APP}` },
    plan: ["rotate own: renewal-window"],
    secretNames: { own: `losant-access/${APP}` },
  },
  {
    says: "puts no other token into the secret that it logs in with",
    tokens: [token("own", { name: "worker" }), token("other", { ...due, name: "worker" })],
    login: { claimedIds: [id("own")] },
    mapped: { worker: `losant-access/${APP}` },
    plan: ["wait own: not-due", "fail other: secret-mapping-mismatch"],
    secretNames: { own: `losant-access/${APP}` },
  },
  {
    says: "puts nothing into the secret that it logs in with while it can't tell its own token",
    tokens: [token("perhaps", { ...due, name: "worker" })],
    mapped: { worker: `losant-access/${APP}` },
    plan: ["fail perhaps: secret-mapping-mismatch"],
  },
  {
    says: "knows its own token by the dates of its string",
    tokens: [token("own", { ...due, name: "renamed" }), token("other", { age: 349 * DAY, left: 15 * DAY })],
    login: {
      issuedAt: new Date(NOW.getTime() - 350 * DAY),
      expiresAt: new Date(NOW.getTime() + 15 * DAY),
    },
    mapped: { worker: `losant-access/${APP}` },
    plan: ["rotate own: renewal-window", "rotate other: renewal-window"],
    secretNames: { own: `losant-access/${APP}` },
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
    tokens: [token("foreign", { ...text(elsewhere), age: 9 * DAY, left: -HOUR })],
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
    says: "goes on in a dead lineage with a token that is forced by a name, where only it has that name",
    tokens: [token("new")],
    secrets: [managed],
    asks: { tokens: ["backend"], force: true },
    plan: ["rotate new: forced"],
    secretNames: { new: backend },
  },
  {
    says: "goes on in a dead lineage with neither of two tokens that a forced name means: each gets a secret of its own",
    tokens: [token("new"), token("newer", { age: DAY })],
    secrets: [managed],
    asks: { tokens: ["backend"], force: true },
    plan: ["rotate new: forced", "rotate newer: forced"],
    secretNames: { new: `${backend}_${id("new")}`, newer: `${backend}_${id("newer")}` },
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
