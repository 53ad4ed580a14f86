import * as v from "valibot";
import { AwsRefusal } from "../../emulators/aws/errors.ts";
import type { EventBuses } from "../../emulators/aws/events.ts";
import { labelsOf } from "../../emulators/aws/labels.ts";
import { startsWithAny } from "../../emulators/aws/prefixes.ts";
import * as policies from "../../emulators/aws/secret-policies.ts";
import type { Secrets } from "../../emulators/aws/secrets.ts";
import * as reads from "../../emulators/aws/secrets-reads.ts";
import * as writes from "../../emulators/aws/secrets-writes.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { TokenFields } from "../../emulators/losant/ids.ts";
import { APPLICATION_SCOPES, USER_SCOPES } from "../../emulators/losant/scopes.ts";
import type { Application, Applications, NewToken, StoredToken } from "../../emulators/losant/store.ts";
import type { IdentifiedUser, UserToken } from "../../emulators/losant/users.ts";
import { claimsOf } from "../../lambda/adapters/losant/access-token.ts";
import { markerKeyOf, withUser } from "../../lambda/adapters/losant/marker-key.ts";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { EVENT_SOURCE } from "../../lambda/model/events.ts";
import {
  describeDiscarded,
  describeSuccessor,
  type KeptKey,
  type MarkerKey,
} from "../../lambda/model/marker.ts";
import type { PermissionCap } from "../../lambda/model/permission-cap.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn, SecretName, type SecretState, stampOf, VersionId } from "../../lambda/model/secret.ts";
import { type ApiToken, ApplicationId, TokenId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import type {
  AccessTokenReader,
  ApplicationListing,
  Clock,
  Directory,
  EventBus,
  InTurn,
  Login,
  SecretStore,
  TokenApi,
  TokenListing,
  TokenOrder,
  UnreadableToken,
} from "../../lambda/ports.ts";

/** The calls of all ports, with unique names. */
export type Operation =
  | Exclude<keyof SecretStore, "create" | "list">
  | "createSecret"
  | "listSecrets"
  | "readAccessToken"
  | Exclude<keyof TokenApi, "loggedInWith" | "deactivateForDiscard" | "signingKey" | "keptKeys">
  | "listApplications"
  | "identify"
  | keyof EventBus;

/** One call that the worker makes to Losant or AWS. */
export interface Call {
  readonly operation: Operation;
  readonly isWrite: boolean;
  /** What the call concerns: a token's id, a secret's name, an event's detail type. */
  readonly subject: string;
}

/**
 * What happens to a call. It fails `before` its effect, or `after`, when only the answer is lost. Each part is read when
 * it is needed, so a getter can decide late: the process may have ended since the call began.
 */
export interface Fate {
  /** Until the effect, and from the effect to its answer. */
  readonly latencyMs?: number | undefined;
  readonly answerMs?: number | undefined;
  readonly before?: RotationError | "crash" | undefined;
  readonly after?: RotationError | "crash" | undefined;
  /** For a create call: what Losant creates instead of the order. */
  readonly misread?: ((order: TokenOrder) => TokenOrder) | undefined;
}

export type Intercept = (call: Call) => Fate;
export const untouched: Intercept = () => ({});

export interface Surroundings {
  readonly clock: Clock;
  readonly intercept: Intercept;
  /** Without it, every read of Losant is sent at once. */
  readonly inTurn?: InTurn;
  /** Called right after each effect, before anything else happens. */
  readonly observe?: (call: Call) => void;
  /** What Losant's Date header says with a listing: its clock, unless this says otherwise; undefined: it sends none. */
  readonly servedAt?: () => Date | undefined;
  /** Losant doesn't say what kind of creator a token has. */
  readonly hidesCreatorTypes?: boolean;
  /** Whether a listing, or a login, knows this token yet. */
  readonly isKnown?: (token: TokenFields, to: "list" | "login") => boolean;
  /** What is wrong with a token's entry in Losant's list, if anything. */
  readonly problemOf?: (tokenId: string) => string | undefined;
  /** Whether the list leaves out a token that it counts. */
  readonly isSkipped?: (tokenId: string) => boolean;
  /** The list, if it is read page by page; undefined if it is normal. */
  readonly listing?: (application: Application) => Promise<TokenListing> | undefined;
  /** The list of applications that Losant answers with, from the real one. */
  readonly listedAs?: (
    all: ApplicationListing["applications"],
  ) => Pick<ApplicationListing, "applications"> & Partial<ApplicationListing>;
  /** The outdated state that DescribeSecret shows. */
  readonly seenAs?: (name: string, secret: Secret | undefined) => Secret | undefined;
  /** The outdated state that ListSecrets shows, in addition to `indexLagMs` of the store; undefined: the secret isn't listed. */
  readonly indexedAs?: (name: string, secret: Secret) => Secret | undefined;
}

const never = () => new Promise<never>(() => {});

export async function meet<T>(
  { clock, intercept, observe }: Surroundings,
  call: Call,
  effect: (fate: Fate) => T,
): Promise<T> {
  const fate = intercept(call);
  if (fate.latencyMs !== undefined) await clock.sleep(fate.latencyMs);
  const { before } = fate;
  if (before === "crash") return never();
  if (before !== undefined) throw before;
  const result = effect(fate);
  observe?.(call);
  const { answerMs } = fate;
  if (answerMs !== undefined) await clock.sleep(answerMs);
  const { after } = fate;
  if (after === "crash") return never();
  if (after !== undefined) throw after;
  return result;
}

const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  ThrottlingException: "store-throttled",
  LimitExceededException: "store-quota",
  AccessDeniedException: "store-denied",
};

function refused<T>(perform: () => T): T {
  try {
    return perform();
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    throw new RotationError(REFUSALS[error.type] ?? "store-refused", error.message);
  }
}

/** Secrets Manager behind the worker's port, with the model of the emulator. */
export function inMemoryStore(secrets: Secrets, around: Surroundings): SecretStore & AccessTokenReader {
  const call = <T>(operation: Operation, isWrite: boolean, subject: string, effect: () => T) =>
    meet(around, { operation, isWrite, subject }, () => refused(effect));
  return {
    describe: (name) =>
      call("describe", false, name, () => {
        secrets.authorize("DescribeSecret", name);
        const secret = secrets.find(name);
        const seen = around.seenAs === undefined ? secret : around.seenAs(name, secret);
        return stateOf(seen, seen && secrets.replication.statesOf(seen));
      }),
    history: (arn) =>
      call("history", false, arn, () => {
        secrets.authorize("ListSecretVersionIds", arn);
        const secret = secrets.get(arn);
        return secret.versions.map(({ id, createdAt, lastReadAt }) => ({
          id: v.parse(VersionId, id),
          createdAt,
          labels: labelsOf(secret.labels, id),
          ...(lastReadAt && { lastReadAt }),
        }));
      }),
    list: (...namePrefixes) =>
      call("listSecrets", false, namePrefixes.join(" "), () => {
        const isListed = startsWithAny(namePrefixes);
        return secrets
          .indexed()
          .filter(({ name }) => isListed(name))
          .map((secret) => (around.indexedAs === undefined ? secret : around.indexedAs(secret.name, secret)))
          .flatMap((secret) => stateOf(secret) ?? []);
      }),
    versions: (arn) =>
      call("history", false, arn, () =>
        secrets
          .get(arn)
          .versions.map(({ id }) => v.parse(VersionId, id))
          .toReversed(),
      ),
    readVersion: (arn, version) =>
      call("readAccessToken", false, arn, () => {
        const kept = secrets.get(arn).versions.find(({ id }) => id === version);
        return kept && new Redacted(tokenIn(kept.value.data));
      }),
    create: (name, Description, { kmsKeyArn: KmsKeyId, tags, replicas }) =>
      call("createSecret", true, name, () => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        if (secrets.find(name) === undefined)
          writes.createSecret(secrets, {
            Name: name,
            Description,
            KmsKeyId,
            Tags,
            AddReplicaRegions: replicas.map(({ region, kmsKeyArn }) => ({
              Region: region,
              ...(kmsKeyArn && { KmsKeyId: kmsKeyArn }),
            })),
          });
      }),
    hasResourcePolicy: (arn) =>
      call("hasResourcePolicy", false, arn, () => {
        const { ResourcePolicy } = policies.getResourcePolicy(secrets, { SecretId: arn }) as {
          ResourcePolicy?: string;
        };
        return ResourcePolicy !== undefined;
      }),
    putResourcePolicy: (arn, ResourcePolicy) =>
      call("putResourcePolicy", true, arn, () => {
        policies.putResourcePolicy(secrets, { SecretId: arn, ResourcePolicy, BlockPublicPolicy: true });
      }),
    stage: (arn, version, value, label) =>
      call("stage", true, version, () => {
        writes.putSecretValue(secrets, {
          SecretId: arn,
          ClientRequestToken: version,
          SecretString: value.reveal(),
          VersionStages: [label],
        });
        return labelsOf(secrets.get(arn).labels, version);
      }),
    promote: (arn, version, from) =>
      call("promote", true, version, () => move(secrets, arn, "AWSCURRENT", version, from)),
    attach: (arn, version, label) =>
      call("attach", true, version, () => move(secrets, arn, label, version, undefined)),
    detach: (arn, version, label) =>
      call("detach", true, version, () => {
        if (secrets.get(arn).labels.get(label) === version) move(secrets, arn, label, undefined, version);
      }),
    read: (secretId, stage) =>
      call("readAccessToken", false, secretId, () => credential(secrets, secretId, stage)),
  };
}

function move(
  secrets: Secrets,
  SecretId: string,
  VersionStage: string,
  to: string | undefined,
  from: string | undefined,
): void {
  const ends = { ...(to && { MoveToVersionId: to }), ...(from && { RemoveFromVersionId: from }) };
  writes.updateSecretVersionStage(secrets, { SecretId, VersionStage, ...ends });
}

function stateOf(
  secret: Secret | undefined,
  replicas: ReturnType<Secrets["replication"]["statesOf"]> = [],
): SecretState | undefined {
  if (secret === undefined) return undefined;
  return {
    arn: v.parse(SecretArn, secret.arn),
    name: v.parse(SecretName, secret.name),
    versions: secret.versions
      .map(({ id }) => ({ id: v.parse(VersionId, id), labels: labelsOf(secret.labels, id) }))
      .filter(({ labels }) => labels.length > 0),
    createdAt: secret.createdAt,
    lastChangedAt: secret.lastChangedAt,
    lastReadAt: secret.lastReadAt,
    deletedAt: secret.deletedAt,
    owningService: secret.owningService,
    primaryRegion: secret.primaryRegion,
    description: secret.description,
    replicas: replicas.map(({ Region: region, Status, StatusMessage: message }) => ({
      region,
      status: REPLICA_STATUS[Status],
      message,
    })),
  };
}

const REPLICA_STATUS = { InSync: "in-sync", InProgress: "in-progress", Failed: "failed" } as const;

function credential(secrets: Secrets, SecretId: string, VersionStage: Login["stage"]) {
  const secret = secrets.find(SecretId);
  if (secret === undefined) throw new RotationError("access-token-missing", `there is no secret ${SecretId}`);
  if (!secret.labels.has(VersionStage)) return undefined;
  const { SecretString = "" } = reads.getSecretValue(secrets, { SecretId, VersionStage }) as {
    SecretString?: string;
  };
  return { arn: v.parse(SecretArn, secret.arn), token: new Redacted(tokenIn(SecretString)) };
}

function tokenIn(text: string): string {
  return text.startsWith("{") ? JSON.parse(text).token : text;
}

const derivedKeys = new WeakMap<Applications, Map<string, MarkerKey>>();

/** Losant behind the worker's port, with the model of the emulator. */
export function inMemoryTokenApi(
  applications: Applications,
  { id, accessToken, foundBy, alsoAbout = [], ownerType }: ApplicationConfig,
  secretPrefix: string,
  credentials: AccessTokenReader,
  around: Surroundings,
): TokenApi {
  let login: (Login & { readonly token: Redacted }) | undefined;
  const user = foundBy && { id: ownerType === "user" ? id : undefined };
  const {
    isKnown = () => true,
    problemOf = () => undefined,
    isSkipped = () => false,
    inTurn = (read) => read(),
  } = around;
  const oddOf = (token: AnyToken): UnreadableToken => ({
    id: v.parse(TokenId, token.id),
    problem: problemOf(token.id) ?? "",
    description: token.description ?? "",
    createdAt: token.creationDate,
    expiresAt: undefined,
  });
  const servedAt =
    around.servedAt ?? (() => new Date(Math.floor(applications.now().getTime() / 1_000) * 1_000));
  const shown = (token: AnyToken): ApiToken =>
    around.hidesCreatorTypes ? { ...tokenOf(token), creatorType: undefined } : tokenOf(token);
  /** Deriving a key takes as long as many calls of this world. */
  const keyOf = (token: Redacted, arn: SecretArn): MarkerKey => {
    const place = `${arn} ${secretPrefix} ${token.reveal()}`;
    const known = derivedKeys.get(applications) ?? new Map<string, MarkerKey>();
    derivedKeys.set(applications, known);
    const key = known.get(place) ?? markerKeyOf(token, arn, secretPrefix, foundBy !== undefined);
    known.set(place, key);
    return withUser(key, user);
  };
  const userOf = (token: Redacted) => applications.users.identify(token.reveal(), applications.now());
  /** A user's token is accepted, and refused for applications that it doesn't reach. */
  const isAccepted = (token: Redacted) =>
    userOf(token) !== undefined || applications.identify(token.reveal())?.application.id === id;
  const maySee = (token: Redacted) => {
    const user = userOf(token);
    if (ownerType === "user") return user?.user.id === id;
    return user === undefined || applications.users.roleOn(application(), user) !== "none";
  };
  /** Like the adapter: first what the secret holds now, then what it held before. */
  const logIn = async (): Promise<Login & { readonly token: Redacted }> => {
    if (login !== undefined && isAccepted(login.token)) return login;
    for (const stage of ["AWSCURRENT", "AWSPREVIOUS"] as const) {
      const read = await credentials.read(accessToken, stage);
      if (read === undefined || !isAccepted(read.token)) continue;
      login = { ...read, stage, ...claimsOf(read.token) };
      return login;
    }
    throw new RotationError("access-token-rejected", `Losant rejects what ${accessToken} holds`);
  };
  const call = async <T>(
    operation: Operation,
    isWrite: boolean,
    subject: string,
    effect: (fate: Fate, key: () => MarkerKey) => T,
  ) => {
    const { arn, token } = await logIn();
    return meet(around, { operation, isWrite, subject }, (fate) => {
      refuseUser(token);
      return effect(fate, () => keyOf(token, arn));
    });
  };
  const callInTurn: typeof call = (...args) => inTurn(() => call(...args));
  const refuseUser = (token: Redacted) => {
    if (ownerType === "user") return;
    const user = userOf(token);
    const role = user && applications.users.roleOn(application(), user);
    if (role === "none") throw new RotationError("application-not-found", `there is no application ${id}`);
    if (role === "view") throw new RotationError("losant-forbidden", `a user may not do this with ${id}`);
  };
  const creatorOf = ({ claimedIds: [tokenId, userId] }: MarkerKey) =>
    foundBy === undefined
      ? { creatorId: applications.creatorIdOf(tokenId ?? "0".repeat(24)), creatorType: "apiToken" as const }
      : applications.creatorByUser(userId ?? "", tokenId ?? "");
  const owner = (): TokenOwnerModel =>
    ownerType === "user" ? modelOfUser(applications, id) : modelOfApplication(applications, application());
  const application = () => {
    const found = applications.find(id);
    if (found === undefined)
      throw new RotationError("application-not-found", `there is no application ${id}`);
    return found;
  };
  return {
    list: async () =>
      await callInTurn("list", false, id, (): TokenListing | Promise<TokenListing> => {
        const paged = ownerType === "user" ? undefined : around.listing?.(application());
        if (paged !== undefined) return paged;
        const all = [...owner().tokens.values()].filter((token) => isKnown(token, "list"));
        const listed = all.filter(({ id: tokenId }) => !isSkipped(tokenId));
        const isOdd = (token: AnyToken) => problemOf(token.id) !== undefined;
        return {
          tokens: listed
            .filter((token) => !isOdd(token))
            .map(shown)
            .sort((a, b) => Number(a.expiresAt ?? 0) - Number(b.expiresAt ?? 0)),
          unreadable: listed.filter(isOdd).map(oddOf),
          nameless: { count: 0, problem: "" },
          missing: all.length - listed.length,
          servedAt: servedAt(),
        };
      }),
    get: (tokenId) =>
      callInTurn("get", false, tokenId, () => {
        const token = owner().tokens.get(tokenId);
        if (problemOf(tokenId) !== undefined)
          throw new RotationError("losant-answer-invalid", `the token ${tokenId} can't be read`);
        return token && shown(token);
      }),
    create: (order) =>
      call("create", true, order.name, ({ misread = (asked) => asked }, keyOfLogin) => {
        const key = keyOfLogin();
        const unknown = order.scope.find((scope) => !owner().scopes.includes(scope));
        if (unknown !== undefined)
          throw new RotationError("scope-rejected", `scope ${unknown} is no scope that can be given`);
        const { expiresAt: expirationDate, intent, description, ...fields } = misread(order);
        const { token, string } = owner().add({
          ...fields,
          description: describeSuccessor(description, intent, id, key),
          expirationDate,
          creationDate: applications.now(),
          ...creatorOf(key),
          creatorName: "rotation worker",
        });
        return { token: shown(token), string: new Redacted(string) };
      }),
    deactivate: (tokenId) =>
      call("deactivate", true, tokenId, () => {
        owner().change(tokenId, { status: "inactive" });
      }),
    deactivateForDiscard: (token, at) =>
      call("deactivate", true, token.id, (_, keyOfLogin) => {
        const key = keyOfLogin();
        owner().change(token.id, { status: "inactive", description: describeDiscarded(token, at, id, key) });
      }),
    delete: (tokenId) =>
      call("delete", true, tokenId, () => {
        owner().remove(tokenId);
      }),
    probe: (string, scope) => {
      if (!scope.some((one) => (ownerType === "user" ? LISTS_OF_USER : LISTS_OF_APPLICATION).test(one)))
        return Promise.resolve(undefined);
      return meet(around, { operation: "probe", isWrite: false, subject: id }, () => {
        const token = (userOf(string) ?? applications.identify(string.reveal()))?.token;
        return token !== undefined && isAccepted(string) && isKnown(token, "login") ? "accepted" : "rejected";
      }).catch((thrown: unknown) => {
        if (thrown instanceof RotationError && thrown.code === "losant-throttled") throw thrown;
        return "unclear" as const;
      });
    },
    loggedInWith: logIn,
    async signingKey() {
      const { arn, token } = await logIn();
      return keyOf(token, arn);
    },
    async keptKeys() {
      const { arn, token: current } = await logIn();
      const others = alsoAbout.map((entry) => credentials.read(entry.accessToken, "AWSCURRENT"));
      const keys: KeptKey[] = [];
      for (const secret of [arn, ...(await Promise.all(others)).flatMap((read) => read?.arn ?? [])]) {
        const versions = await credentials.versions(secret);
        const stamps = versions.map(stampOf);
        for (const version of versions.slice(0, 6)) {
          const token = await credentials.readVersion(secret, version);
          if (token === undefined || token.equals(current)) continue;
          const { claimedIds = [] } = claimsOf(token);
          const isReplaced = stamps.some((stamp) => stamp && claimedIds.includes(stamp.replacedId));
          keys.push({
            ...keyOf(token, secret),
            isTrusted: isReplaced || (isAccepted(token) && maySee(token)),
          });
        }
      }
      return keys;
    },
  };
}

const LISTS_OF_APPLICATION = /^(all\.Application|application\.|applicationApiTokens\.)/;
const LISTS_OF_USER = /^(all\.User|userApiTokens\.)/;

/** The tokens of an application or of a user, in the model of the emulator. */
interface TokenOwnerModel {
  readonly tokens: ReadonlyMap<string, AnyToken>;
  readonly scopes: readonly string[];
  add(fields: Omit<NewToken, "id"> & { readonly cap?: PermissionCap | undefined }): {
    readonly token: AnyToken;
    readonly string: string;
  };
  change(id: string, patch: { readonly status: "inactive"; readonly description?: string }): void;
  remove(id: string): void;
}
type AnyToken = (StoredToken | UserToken) & TokenFields;

function modelOfApplication(applications: Applications, application: Application): TokenOwnerModel {
  const { tokens } = application;
  return {
    tokens,
    scopes: APPLICATION_SCOPES,
    add: ({ cap: _, ...fields }) => applications.addToken(application, { ...fields, id: undefined }),
    change: (id, patch) => {
      const token = tokens.get(id);
      if (token !== undefined) applications.change(application, token, patch);
    },
    remove: (id) => {
      const token = tokens.get(id);
      if (token !== undefined) applications.remove(application, token);
    },
  };
}

function modelOfUser(applications: Applications, id: string): TokenOwnerModel {
  const user = applications.users.user(id);
  if (user === undefined) throw new Error(`There is no user ${id}`);
  const { tokens } = user;
  return {
    tokens,
    scopes: [...APPLICATION_SCOPES, ...USER_SCOPES],
    add: ({ cap = {}, ...fields }) => applications.addUserToken(user, { ...fields, id: undefined, cap }),
    change: (tokenId, patch) => {
      const token = tokens.get(tokenId);
      if (token !== undefined) applications.users.changeToken(user, token, patch, applications.now());
    },
    remove: (tokenId) => void tokens.delete(tokenId),
  };
}

function tokenOf(token: AnyToken): ApiToken {
  return {
    id: v.parse(TokenId, token.id),
    name: token.name,
    description: token.description ?? "",
    createdAt: token.creationDate,
    expiresAt: token.expirationDate,
    scope: token.scope,
    status: token.status,
    creatorType: token.creatorType,
    creatorId: token.creatorId,
    ...("cap" in token && { cap: token.cap }),
  };
}

/** EventBridge behind the worker's port, with the model of the emulator. */
export function inMemoryBus(buses: EventBuses, around: Surroundings): EventBus {
  return {
    publish: ({ detailType, detail, resources }) =>
      meet(around, { operation: "publish", isWrite: true, subject: detailType }, () => {
        buses.putEvents(
          {
            Entries: [
              {
                Source: EVENT_SOURCE,
                DetailType: detailType,
                Detail: JSON.stringify(detail),
                Resources: resources,
              },
            ],
          },
          {},
        );
      }),
  };
}

/** Losant's list of applications behind the worker's port, with the model of the emulator. */
export function inMemoryDirectory(
  applications: Applications,
  { accessToken }: Pick<ApplicationConfig, "accessToken">,
  credentials: AccessTokenReader,
  around: Surroundings,
): Directory {
  const logIn = async () => {
    const read = await credentials.read(accessToken, "AWSCURRENT");
    const user = read && applications.users.identify(read.token.reveal(), applications.now());
    if (read === undefined || user === undefined)
      throw new RotationError("access-token-rejected", `Losant rejects what ${accessToken} holds`);
    return { ...read, user, stage: "AWSCURRENT" as const, ...claimsOf(read.token) };
  };
  return {
    async list(attempt = (request) => request()) {
      const { user } = await logIn();
      const { inTurn = (read) => read() } = around;
      const call: Call = { operation: "listApplications", isWrite: false, subject: accessToken };
      return attempt(() =>
        inTurn(() => meet(around, call, () => applicationsSeenBy(applications, user, around))),
      );
    },
    async user() {
      const { user } = await logIn();
      return meet(around, { operation: "identify", isWrite: false, subject: accessToken }, () => {
        const rights = user.token.scope;
        if (!rights.some((scope) => LISTS_OF_USER.test(scope)))
          throw new RotationError("access-token-forbidden", "the access token needs userApiTokens.get");
        return v.parse(ApplicationId, user.user.id);
      });
    },
    async loggedInWith() {
      const { user: _, token: __, ...login } = await logIn();
      return login;
    },
  };
}

function applicationsSeenBy(
  applications: Applications,
  user: IdentifiedUser,
  { listedAs = (all) => ({ applications: all }) }: Surroundings,
): ApplicationListing {
  const seen = applications
    .all()
    .filter((application) => applications.users.roleOn(application, user) !== "none")
    .map(({ id, name, ownerId, tokens }) => ({
      id: v.parse(ApplicationId, id),
      name,
      organization: applications.users.organization(ownerId),
      tokenCount: tokens.size,
    }));
  return { unreadable: { count: 0, problem: "" }, missing: 0, ...listedAs(seen) };
}

/** For runs that discover nothing. */
export const NO_DIRECTORY: Directory = {
  list: async () => ({ applications: [], unreadable: { count: 0, problem: "" }, missing: 0 }),
  user: () => Promise.reject(new RotationError("access-token-missing", "there is no directory")),
  loggedInWith: () => Promise.reject(new RotationError("access-token-missing", "there is no directory")),
};
