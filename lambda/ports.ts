import type { RotationEvent } from "./model/events.ts";
import type { Intent, KeptKey, MarkerKey } from "./model/marker.ts";
import type { NewSecrets } from "./model/new-secrets.ts";
import type { PermissionCap } from "./model/permission-cap.ts";
import type { Redacted } from "./model/redacted.ts";
import type { SecretArn, SecretName, SecretState, SecretVersion, VersionId } from "./model/secret.ts";
import type { ApiToken, ApplicationId, TokenId, TokenStatus } from "./model/token.ts";

/*
 * What the core needs from outside. Every call rejects only with a RotationError, whose `effect` says whether a write may have
 * happened anyway.
 */

/** The order for a successor. All values are sent, because Losant's default for a missing scope is all rights. */
export interface TokenOrder {
  readonly name: string;
  /** The description of the predecessor. Its text is kept, and the signed marker is added. */
  readonly description: string;
  readonly intent: Intent;
  readonly scope: readonly string[];
  readonly status: TokenStatus;
  readonly expiresAt: Date | undefined;
  /** Only of a user's token. */
  readonly cap?: PermissionCap | undefined;
}

export interface IssuedToken {
  readonly token: ApiToken;
  readonly string: Redacted;
}

/** The listing of one application: each token once, and what is missing. */
export interface TokenListing {
  /** By expirationDate, ascending. Tokens without a date may be anywhere. */
  readonly tokens: readonly ApiToken[];
  /** Tokens that can't be read. None of them is in `tokens`. */
  readonly unreadable: readonly UnreadableToken[];
  /** How many rows have no readable id, and what is wrong with one of them. */
  readonly nameless: { readonly count: number; readonly problem: string };
  /** How many more tokens there are according to Losant's count. */
  readonly missing: number;
  /** Losant's clock, to the second, from the last page. Undefined if the page has no time. */
  readonly servedAt: Date | undefined;
}

/** How much of a listing is in memory. */
export interface ListingSize {
  readonly tokens: number;
  /** The length of the answers. */
  readonly characters: number;
}

/** Gives a listing room in memory while it is read, beside those of other applications. */
export interface ListingRoom {
  /**
   * Must be called before each further page, with everything that is held. Waits until there is room for that, and for the rest
   * according to Losant's `count`, if there is one. False if the listing is longer than the count and there is no room: then
   * nothing more may be read. Repeatable.
   */
  hold(held: ListingSize, count: number | undefined): Promise<boolean>;
}

/**
 * Sends a read when its service may get one more. How long the answer takes decides how many others are sent at the same time. A
 * read in its turn may wait for a turn of another service, but not for another one of its own.
 */
export type InTurn = <T>(read: () => Promise<T>) => Promise<T>;

/** What is known about a token that can't be read. */
export interface UnreadableToken {
  readonly id: TokenId;
  /** "has no valid name": what is wrong, without quoting it. */
  readonly problem: string;
  /** Empty if it can't be read. */
  readonly description: string;
  readonly createdAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/**
 * What a read with a new string shows. `accepted`: Losant answered it. `known`: Losant refused the read, as it does only for strings
 * it knows. `rejected`: Losant doesn't know the string, or not yet. `unclear`: the answer shows none of these. `throttled`: Losant gave
 * no other answer while there was time to wait. Undefined: the scope allows no read.
 */
export type ProbeAnswer = "accepted" | "known" | "rejected" | "unclear" | "throttled" | undefined;

/** The tokens of one application, or of a user, at Losant. */
export interface TokenApi {
  /** All pages. If a row can't be read, only that row is lost. If a page can't be read, that is an error. Reads only. */
  list(): Promise<TokenListing>;
  /** Undefined if Losant says that there is no such token. Reads only. */
  get(id: TokenId): Promise<ApiToken | undefined>;
  /**
   * Not repeatable: each call creates a token. Its marker is signed with the key of the access token that the order is
   * sent with. Throws with effect `none` only if Losant refused, and with `createdId` if a token was created but the
   * answer can't be used.
   */
  create(order: TokenOrder): Promise<IssuedToken>;
  /** Repeatable. A token that no longer exists counts as deactivated. */
  deactivate(id: TokenId): Promise<void>;
  /** The same, and adds a signed line to the description with the time, so that it can be deleted later. Repeatable. */
  deactivateForDiscard(token: ApiToken, at: Date): Promise<void>;
  /** Repeatable. A token that no longer exists counts as deleted. */
  delete(id: TokenId): Promise<void>;
  /**
   * Tries a read with the new string itself. `scope` decides which read.
   * @throws RotationError `losant-throttled`, and no other code.
   */
  probe(string: Redacted, scope: readonly string[]): Promise<ProbeAnswer>;
  /** The access token that the worker is logged in with, at the last call that was answered. Reads it if there was no call. */
  loggedInWith(): Promise<Login>;
  /** The key for markers that were signed with that string. Reads the access token if no call did. */
  signingKey(): Promise<MarkerKey>;
  /**
   * The keys of the other strings in the access token's secret, at most six, newest first, and of those in the secrets of other
   * entries of `discover` that are about the application. Rejects if one of them can't be read, or if Losant doesn't say whether it
   * accepts it. Reads only.
   */
  keptKeys(): Promise<readonly KeptKey[]>;
}

/** An application as a user's access token sees it. Its text is written by others. */
export interface ListedApplication {
  readonly id: ApplicationId;
  readonly name: string;
  /** Undefined: it is the user's own. */
  readonly organization: { readonly id: string; readonly name: string } | undefined;
  /** How many tokens it has, if Losant says so. */
  readonly tokenCount: number | undefined;
}

/** The applications that one access token reaches: each once, and what is missing. */
export interface ApplicationListing {
  /** By id, ascending. */
  readonly applications: readonly ListedApplication[];
  /** How many rows can't be read, and what is wrong with one of them. */
  readonly unreadable: { readonly count: number; readonly problem: string };
  /** How many more applications there are according to Losant's count, after a second attempt. */
  readonly missing: number;
}

/** Calls `request` until it is answered, or fails like its last call. */
export type PageAttempt = <Page>(request: () => Promise<Page>) => Promise<Page>;

/** The applications that the access token of a user reaches, at Losant. */
export interface Directory {
  /**
   * All pages. If a row can't be read, only that row is lost. If a page can't be read, that is an error. Reads only.
   * `attempt` sends the request for one page, perhaps several times.
   */
  list(attempt?: PageAttempt): Promise<ApplicationListing>;
  /** The id of the user whom the access token belongs to. Reads only. */
  user(): Promise<ApplicationId>;
  /** The access token. It is read once, also for the applications that are found. */
  loggedInWith(): Promise<Login>;
}

/** The worker's own credential as it was read in this run. */
export interface Login {
  readonly arn: SecretArn;
  readonly stage: "AWSCURRENT" | "AWSPREVIOUS";
  /** When the access token was created and when it expires, if it says so. To the second. */
  readonly issuedAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  /** Everything in its payload that looks like an id, including the token's own id if Losant puts it there. */
  readonly claimedIds?: readonly TokenId[];
  /** It says when it was created, and has no expiry. False if it says neither, or can't be read. */
  readonly neverExpires?: boolean;
}

/** The secrets that hold access tokens: the only ones the worker may read. */
export interface AccessTokenReader {
  /**
   * One stage of an access token's secret: a plain string, or JSON with `token`. Undefined if the secret has no
   * such stage. Reads only.
   * @throws RotationError `access-token-missing` if there is no such secret, `access-token-unreadable` if it
   * can't be read or contains no token.
   */
  read(
    secretId: SecretName | SecretArn,
    stage: Login["stage"],
  ): Promise<{ readonly arn: SecretArn; readonly token: Redacted } | undefined>;
  /** The versions of an access token's secret, newest first. Reads only. */
  versions(arn: SecretArn): Promise<readonly VersionId[]>;
  /** Undefined if that version contains no token. Reads only. */
  readVersion(arn: SecretArn, version: VersionId): Promise<Redacted | undefined>;
}

/** Secrets Manager, where the strings are stored. No call reads the value of a managed secret. */
export interface SecretStore {
  /** Undefined if there is no such secret. Reads only. Up to date, unlike ListSecrets. */
  describe(name: SecretName): Promise<SecretState | undefined>;
  /** Every version that still exists, including deprecated ones. Reads only. */
  history(arn: SecretArn): Promise<readonly SecretVersion[]>;
  /**
   * Every secret whose name begins with one of these, at most ten, including those that are scheduled for deletion. An entry may be
   * five minutes old, and a new secret may be missing for as long (ListSecrets). So this may only be used to leave tokens at rest,
   * or to decide which secrets to read. Reads only.
   */
  list(...namePrefixes: readonly string[]): Promise<readonly SecretState[]>;
  /**
   * Creates a secret without a value, as `demanded`, except for its resource policy. A secret that exists is left as it is, with its own
   * key and tags. Repeatable.
   */
  create(name: SecretName, description: string, demanded: NewSecrets): Promise<void>;
  /** Whether a policy is attached to the secret, whoever wrote it. Reads only. */
  hasResourcePolicy(arn: SecretArn): Promise<boolean>;
  /** Attaches this policy in the place of any other. AWS refuses one that lets everybody read. Repeatable. */
  putResourcePolicy(arn: SecretArn, policy: string): Promise<void>;
  /**
   * Stores a version with only this label, and returns its labels: the first version of a secret also becomes
   * AWSCURRENT. Repeatable with the same value: a version is immutable.
   */
  stage(arn: SecretArn, version: VersionId, value: Redacted, label: string): Promise<readonly string[]>;
  /** Moves AWSCURRENT, if it is on `from` (undefined: on no version). AWS then moves AWSPREVIOUS. */
  promote(arn: SecretArn, version: VersionId, from: VersionId | undefined): Promise<void>;
  /** Adds a label to this version. No other version may have it. Repeatable. */
  attach(arn: SecretArn, version: VersionId, label: string): Promise<void>;
  /** Removes a label from this version. Repeatable: a label that is not there counts as removed. */
  detach(arn: SecretArn, version: VersionId, label: string): Promise<void>;
}

export interface EventBus {
  /** Resolves once the bus has accepted the event. May be repeated: `key` in the detail removes duplicates. */
  publish(event: RotationEvent): Promise<void>;
}

/** One structured line each. Fields never contain a token string. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

/** Only the composition root knows the real one. */
export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
}
