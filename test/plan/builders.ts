import * as v from "valibot";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import { ownIdOf } from "../../lambda/lineage/own-token.ts";
import { judgeBy, judgedAnew } from "../../lambda/lineage/proof.ts";
import type { SecretReading, Snapshot } from "../../lambda/lineage/snapshot.ts";
import { StoreIndex } from "../../lambda/lineage/store-index.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { describeDiscarded, describeSuccessor, readMarkers } from "../../lambda/model/marker.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import {
  rotatingLabel,
  SecretArn,
  SecretName,
  type SecretState,
  type SecretVersion,
  secretNameOf,
  VersionId,
  versionIdOf,
} from "../../lambda/model/secret.ts";
import { type ApiToken, ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";
import { observe, type Purpose } from "../../lambda/observe/observe.ts";
import type { Action } from "../../lambda/plan/actions.ts";
import { type LineagePlan, plan } from "../../lambda/plan/plan.ts";
import { type ApplicationConfig, parseConfig } from "../../lambda/policy/config.ts";
import { EVERYTHING, type Selection } from "../../lambda/policy/request.ts";
import type { Login, UnreadableToken } from "../../lambda/ports.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const NOW = new Date("2026-06-01T12:00:00.000Z");
export const APP = "575ec8687ae143cd83dc4a97";
export const OTHER_APP = "575ec8687ae143cd83dc4a98";
export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

/** A label of at most twelve letters, as the id that spells it in hexadecimal digits. */
export function id(label: string): TokenId {
  return v.parse(TokenId, Buffer.from(label.padEnd(12)).toString("hex"));
}

export function labelOf(tokenId: string): string {
  return Buffer.from(tokenId, "hex").toString().trimEnd();
}

export function secretNamed(tokenName: string): SecretName {
  return v.parse(SecretName, `losant/${APP}/${tokenName}`);
}

export function arnOf(
  name: string,
  { account = ACCOUNT, region = REGION, ending = "AbCdEf" } = {},
): SecretArn {
  return v.parse(SecretArn, `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${ending}`);
}

/** That of the access token which the worker has always been logged in with. */
export const KEY = markerKeyOf(
  new Redacted("eyJhbGciOiJIUzI1NiJ9.access.token"),
  arnOf(`losant-access/${APP}`),
  "losant",
);

/** As it was written before markers were signed, or by somebody else. */
export function marker(
  replaced: string,
  arn: string = arnOf(secretNamed("backend")),
  run = "earlier",
): string {
  return `[losant-token-rotation replaces=${id(replaced)} secret=${arn} run=${run}]`;
}

export interface TokenTraits {
  readonly name?: string;
  /** Milliseconds since its creation. */
  readonly age?: number;
  /** Milliseconds until its expiry. */
  readonly left?: number | "forever";
  readonly status?: "active" | "inactive";
  readonly scope?: readonly string[];
  readonly creatorType?: string;
  /** It carries a marker that says so, for the secret of its name or for `secret`. */
  readonly replaces?: string;
  readonly secret?: string;
  readonly run?: string;
  readonly description?: string;
}

/** By default a token called `backend` that has lived 100 days of a year: not due for long. */
export function token(label: string, traits: TokenTraits = {}): ApiToken {
  const { name = "backend", age = 100 * DAY, left = 265 * DAY, status = "active", replaces } = traits;
  const { scope = ["application.get"], secret = arnOf(secretNamed("backend")), run } = traits;
  const createdAt = new Date(NOW.getTime() - age);
  const expiresAt = left === "forever" ? undefined : new Date(NOW.getTime() + left);
  const signed = (replaced: string) =>
    signedMarker(replaced, { secret, run: run ?? "earlier", createdAt, expiresAt });
  return {
    id: id(label),
    name,
    description: traits.description ?? (replaces === undefined ? "" : signed(replaces)),
    createdAt,
    expiresAt,
    scope,
    status,
    creatorId: undefined,
    creatorType: traits.creatorType ?? (replaces === undefined ? undefined : "apiToken"),
  };
}

function signedMarker(
  replaced: string,
  {
    secret,
    run,
    createdAt,
    expiresAt,
  }: { readonly secret: string; readonly run: string } & Pick<ApiToken, "createdAt" | "expiresAt">,
): string {
  const intent = {
    replacedId: id(replaced),
    secretArn: v.parse(SecretArn, secret),
    run: v.parse(RunId, run),
    orderedAt: createdAt,
    expiresAt,
  };
  return describeSuccessor("", intent, v.parse(ApplicationId, APP), KEY);
}

/** The same token, as the worker leaves it when it deactivates it and may delete it later. */
export function deactivated(of: ApiToken, at: Date): ApiToken {
  const description = describeDiscarded(of, at, v.parse(ApplicationId, APP), KEY);
  return { ...of, description, status: "inactive" };
}

/** The same token, as a listing may show it that can't be read. */
export function odd(label: string, traits: TokenTraits = {}): UnreadableToken {
  const { id: tokenId, description, createdAt } = token(label, traits);
  return {
    id: tokenId,
    problem: "has no valid expirationDate",
    description,
    createdAt,
    expiresAt: undefined,
  };
}

/** A version of ours. The label `rotating` stands for the version's own. */
export function version(label: string, replaced: string, ...labels: readonly string[]): SecretVersion {
  const own = (text: string) => (text === "rotating" ? rotatingLabel(id(label)) : text);
  return { id: versionIdOf({ tokenId: id(label), replacedId: id(replaced) }), labels: labels.map(own) };
}

/** The same version, last read so long ago. */
export function readAgo(ms: number, of: SecretVersion): SecretVersion {
  return { ...of, lastReadAt: new Date(Math.floor((NOW.getTime() - ms) / DAY) * DAY) };
}

/** The same version, stored so long ago. */
export function storedAgo(ms: number, of: SecretVersion): SecretVersion {
  return { ...of, createdAt: new Date(NOW.getTime() - ms) };
}

/** A version that somebody set by hand. */
export function byHand(name: string, ...labels: readonly string[]): SecretVersion {
  return { id: v.parse(VersionId, `4d4e8e0c-by-hand-${name}`), labels };
}

export interface SecretTraits {
  readonly name?: string;
  readonly ending?: string;
  /** Milliseconds since its last change. */
  readonly changed?: number;
  readonly deleted?: boolean;
  readonly owner?: string;
  /** Of a secret that has replicas, or is one. */
  readonly primary?: string;
  /** How many milliseconds ago somebody last read it. Default: today, the current version. */
  readonly read?: number | "never" | "by consumers";
}

export interface Secret {
  readonly state: SecretState;
  readonly history: readonly SecretVersion[];
  /** What the list of secrets shows of it, where that lags behind. */
  readonly listed?: SecretState;
}

/** With all of its versions: those without labels are told by a search only. */
export function secret(versions: readonly SecretVersion[] = [], traits: SecretTraits = {}): Secret {
  const {
    name = secretNamed("backend"),
    ending = "AbCdEf",
    changed = 100 * DAY,
    deleted = false,
    owner,
    primary,
    read = "by consumers",
  } = traits;
  const isRead = read === "by consumers";
  const history = isRead ? versions.map(readToday) : versions;
  const state: SecretState = {
    arn: arnOf(name, { ending }),
    name: v.parse(SecretName, name),
    versions: history.filter(({ labels }) => labels.length > 0),
    createdAt: new Date(NOW.getTime() - 400 * DAY),
    lastChangedAt: new Date(NOW.getTime() - changed),
    lastReadAt: read === "never" ? undefined : new Date(NOW.getTime() - (isRead ? 0 : read)),
    deletedAt: deleted ? new Date(NOW.getTime() + 7 * DAY) : undefined,
    owningService: owner,
    primaryRegion: primary,
    replicas: [],
  };
  return { state, history };
}

function readToday(version: SecretVersion): SecretVersion {
  return version.labels.includes("AWSCURRENT") ? readAgo(0, version) : version;
}

/** What the world looks like when a plan is made, and what was asked for. */
export interface Situation {
  readonly tokens: readonly ApiToken[];
  readonly secrets?: readonly Secret[];
  /** Tokens that a GET finds although the listing lacks them. */
  readonly unlisted?: readonly ApiToken[];
  /** Tokens that the listing shows in a way that can't be read. */
  readonly odd?: readonly UnreadableToken[];
  /** Names of secrets that can't be read. */
  readonly unreadable?: readonly string[];
  readonly policy?: object;
  readonly schedule?: string;
  readonly formerPrefixes?: readonly string[];
  readonly mapped?: Readonly<Record<string, string>>;
  /** The worker renews the token that it logs in with. */
  readonly renews?: boolean;
  readonly asks?: Partial<Selection>;
  readonly login?: Partial<Login>;
  /** The older access tokens can't be read. */
  readonly keys?: "unreadable";
  readonly runId?: string;
  readonly now?: Date;
  readonly readAt?: Date;
}

export function applicationOf({
  policy = {},
  schedule = "6h",
  mapped = {},
  renews: renew = false,
}: Partial<Situation>): ApplicationConfig {
  const accessToken = { secret: `losant-access/${APP}`, renew };
  const application = { id: APP, accessToken, policy, secrets: mapped };
  const [only] = parseConfig({ schedule, applications: [application] }).applications;
  if (only === undefined) throw new Error("a configuration has one application or more");
  return only;
}

const UNREADABLE = new RotationError("store-denied", "not allowed to describe the secret");

function loginOf({ login }: Situation): Login {
  return { arn: arnOf(`losant-access/${APP}`), stage: "AWSCURRENT", ...login };
}

/** All there is, as if everything had been asked for. */
export function snapshotOf(situation: Situation): Snapshot {
  const { tokens, secrets = [], unlisted = [], unreadable = [], now = NOW, readAt = now } = situation;
  const readings = new Map<SecretName, SecretReading>(
    secrets.map(({ state, history }) => [state.name, { kind: "described", secret: state, history }]),
  );
  for (const name of unreadable)
    readings.set(v.parse(SecretName, name), { kind: "unreadable", error: UNREADABLE });
  for (const { name } of tokens) {
    const plain = secretNamed(name.replace(/[^\w.@+=-]/g, "_"));
    if (!readings.has(plain)) readings.set(plain, { kind: "absent" });
  }
  for (const { description } of tokens)
    for (const marker of readMarkers(description)) {
      const named = marker === "damaged" ? undefined : secretNameOf(marker.secretArn);
      if (named !== undefined && !readings.has(named)) readings.set(named, { kind: "absent" });
    }
  const login = loginOf(situation);
  const application = applicationOf(situation);
  const given = {
    applicationId: application.id,
    login,
    keys: [{ ...KEY, mac: (text: string) => KEY.mac(text), claimedIds: login.claimedIds ?? [] }],
    isComplete: situation.keys === undefined,
    secrets: readings,
  };
  const judge = judgeBy(given, [...tokens, ...unlisted]);
  const byId = (all: readonly ApiToken[]) => new Map(all.map((one) => [one.id, one]));
  const known = judgedAnew({ tokens: byId(tokens), lookups: byId(unlisted) }, judge);
  return {
    application,
    secretPrefix: "losant",
    formerPrefixes: situation.formerPrefixes ?? [],
    login,
    ownId: ownIdOf(login, secretNameOf(login.arn), tokens, readings),
    readAt,
    losantTime: { aheadMs: 0, shownAheadMs: 0, isTrusted: true },
    tokens: known.tokens,
    unreadable: new Map((situation.odd ?? []).map((one) => [one.id, one])),
    flaws: [],
    keys: situation.keys ?? "all",
    accessTokenIds: new Set<string>(login.claimedIds),
    formerAccessIds: new Set(),
    isIndexed: true,
    secrets: readings,
    lookups: known.lookups,
  };
}

export interface Reads {
  readonly described: readonly string[];
  readonly searched: readonly string[];
  readonly gotten: readonly string[];
}

/** What `observe` makes of the same situation, which reads no more than it needs; and what it read. */
export async function observedSnapshotOf(
  situation: Situation,
  readsDetails = false,
): Promise<Reads & { readonly snapshot: Snapshot }> {
  const { tokens, secrets = [], unlisted = [], unreadable = [], now = NOW, readAt = now } = situation;
  const [described, searched, gotten]: [string[], string[], string[]] = [[], [], []];
  let asked = 0;
  const unused = () => Promise.reject(new Error("observe only reads, and not this"));
  const places = { secretPrefix: "losant", formerPrefixes: situation.formerPrefixes ?? [] };
  const index = new StoreIndex(
    secrets
      .map(({ state, listed = state }) => listed)
      .filter(({ name }) =>
        [places.secretPrefix, ...places.formerPrefixes].some((prefix) => name.startsWith(`${prefix}/`)),
      ),
  );
  const snapshot = await observe(
    applicationOf(situation),
    places,
    { ...purposeOf(situation), readsDetails },
    {
      index: async () => index,
      clock: { now: () => (asked++ === 0 ? readAt : now), sleep: unused },
      api: {
        list: async () => ({
          tokens,
          unreadable: situation.odd ?? [],
          nameless: { count: 0, problem: "" },
          missing: 0,
          servedAt: readAt,
        }),
        get: async (tokenId) => {
          gotten.push(labelOf(tokenId));
          return unlisted.find((one) => one.id === tokenId);
        },
        loggedInWith: async () => loginOf(situation),
        signingKey: async () => ({ ...KEY, claimedIds: loginOf(situation).claimedIds ?? [] }),
        keptKeys: async () => {
          if (situation.keys === "unreadable") throw UNREADABLE;
          return [];
        },
      },
      store: {
        describe: async (name) => {
          described.push(name);
          if (unreadable.includes(name)) throw UNREADABLE;
          return secrets.find(({ state }) => state.name === name)?.state;
        },
        history: async (arn) => {
          searched.push(arn);
          return secrets.find(({ state }) => state.arn === arn)?.history ?? [];
        },
      },
    },
  );
  return { snapshot, described, searched, gotten };
}

function purposeOf(situation: Situation): Purpose {
  return { selection: selectionOf(situation), runId: v.parse(RunId, situation.runId ?? "this-run") };
}

export function selectionOf({ asks }: Situation): Selection {
  return { ...EVERYTHING, ...asks };
}

export function plansOf(
  situation: Situation,
  snapshot: Snapshot = snapshotOf(situation),
): readonly LineagePlan[] {
  const { now = NOW, runId = "this-run" } = situation;
  return plan(snapshot, { now, runId: v.parse(RunId, runId), selection: selectionOf(situation) });
}

export function actionsOf(situation: Situation): readonly Action[] {
  return plansOf(situation).flatMap(({ actions }) => actions);
}

/** `rotate root: renewal-window`; `retire first: grace-over, delete`; `settle current`. */
export function sentenceOf(action: Action): string {
  if (action.kind === "settle") return `settle ${labelOf(action.version.stamp.tokenId)}`;
  const about = `${action.kind} ${labelOf(action.subject.id)}`;
  switch (action.kind) {
    case "retire":
      return `${about}: ${action.reason}, ${action.step}`;
    case "defer":
      return `${about}: ${action.reason}, ${action.action}`;
    case "fail":
      return `${about}: ${action.error.code}`;
    default:
      return `${about}: ${action.reason}`;
  }
}

export function sentencesOf(plans: readonly LineagePlan[]): readonly string[] {
  return plans.flatMap(({ actions }) => actions).map(sentenceOf);
}

/** One row of the table: what is there, what is asked, what the plan says of it. */
export interface Row extends Situation {
  readonly says: string;
  readonly plan: readonly string[];
  /** The secrets of the lineages, by the token that heads the sentence. */
  readonly secretNames?: Readonly<Record<string, string>>;
  /** Where what was observed tells less than all there is: what the plan says then. */
  readonly observedPlan?: readonly string[];
}
