import type { RotationEvent } from "./model/events.ts";
import type { Intent, KeptKey, MarkerKey } from "./model/marker.ts";
import type { Redacted } from "./model/redacted.ts";
import type { SecretArn, SecretName, SecretState, SecretVersion, VersionId } from "./model/secret.ts";
import type { ApiToken, TokenId, TokenStatus } from "./model/token.ts";

/*
 * What the core asks of the world. Every call rejects with a RotationError and nothing else; its `effect` says
 * whether a write may have happened all the same.
 */

/** A successor to be. All of it is sent: Losant's default for a missing scope is every right there is. */
export interface TokenOrder {
  readonly name: string;
  /** The description of the predecessor: its text is kept, and the signed marker added. */
  readonly description: string;
  readonly intent: Intent;
  readonly scope: readonly string[];
  readonly status: TokenStatus;
  readonly expiresAt: Date | undefined;
}

export interface IssuedToken {
  readonly token: ApiToken;
  readonly string: Redacted;
}

/** What a listing shows of one application: each token once, and what stands in the way of seeing all of them. */
export interface TokenListing {
  /** By expirationDate ascending; undated ones anywhere. */
  readonly tokens: readonly ApiToken[];
  /** Tokens that it shows in a way that can't be read: none of `tokens` is among them. */
  readonly unreadable: readonly UnreadableToken[];
  /** How many rows say so little that not even an id is known, and what is wrong with one of them. */
  readonly nameless: { readonly count: number; readonly problem: string };
  /** How many more there are by Losant's own count. */
  readonly missing: number;
  /** Losant's clock, to the second, as the last page says it; undefined where that says none. */
  readonly servedAt: Date | undefined;
}

/** How much of a listing is in memory. */
export interface ListingSize {
  readonly tokens: number;
  /** Of the text that it came in. */
  readonly characters: number;
}

/** Where a listing finds room while it is read, among those of other applications. */
export interface ListingRoom {
  /**
   * To be asked before each further page, with all that is held. Waits until there is room for that, and for what is to come
   * by Losant's own `count`, if it gives one. False where there is more than it counted, and no room for it: then nothing
   * more may be read. Repeatable.
   */
  hold(held: ListingSize, count: number | undefined): Promise<boolean>;
}

/** What is known of a token that can't be read. */
export interface UnreadableToken {
  readonly id: TokenId;
  /** "has no valid name": what is wrong, without any of it. */
  readonly problem: string;
  /** Empty, where that is what can't be read. */
  readonly description: string;
  readonly createdAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** The tokens of one application, at Losant. */
export interface TokenApi {
  /** All pages. One odd row costs that row; an odd page is an error. Reads only. */
  list(): Promise<TokenListing>;
  /** Undefined where Losant says that there is no such token. Reads only. */
  get(id: TokenId): Promise<ApiToken | undefined>;
  /**
   * Not repeatable: each call makes a token. Its marker is signed with the key of the access token that the order is
   * sent with. Throws with effect `none` only where Losant said no; with `createdId` where a token was made but the
   * answer can't be used.
   */
  create(order: TokenOrder): Promise<IssuedToken>;
  /** Repeatable. A token that is gone counts as deactivated. */
  deactivate(id: TokenId): Promise<void>;
  /** The same, and its description says since when it is about to be deleted, signed. Repeatable. */
  deactivateForDiscard(token: ApiToken, at: Date): Promise<void>;
  /** Repeatable. A token that is gone counts as deleted. */
  delete(id: TokenId): Promise<void>;
  /**
   * Tries a read with the new string itself: `accepted`, `rejected` (Losant doesn't know it, or not yet), or
   * `unclear` (no answer that says either). `scope` decides which read; undefined when it allows none.
   * @throws RotationError `losant-throttled`, and nothing else.
   */
  probe(string: Redacted, scope: readonly string[]): Promise<"accepted" | "rejected" | "unclear" | undefined>;
  /** With what the worker is logged in, as of the last call that was answered. Reads the access token if none was. */
  loggedInWith(): Promise<Login>;
  /** What verifies markers that were signed with that string. Reads the access token if no call did. */
  signingKey(): Promise<MarkerKey>;
  /**
   * The same of the other strings that the access token's secret keeps, at most six, newest first. Rejects where one of
   * them can't be read, or Losant doesn't say whether it accepts it. Reads only.
   */
  keptKeys(): Promise<readonly KeptKey[]>;
}

/** The worker's own credential as it was read in this run. */
export interface Login {
  readonly arn: SecretArn;
  readonly stage: "AWSCURRENT" | "AWSPREVIOUS";
  /** When the access token was made, and when it expires, where it says so: to the second. */
  readonly issuedAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  /** What its payload says that looks like an id: the token's own is among them, if Losant puts it there. */
  readonly claimedIds?: readonly TokenId[];
  /** It says when it was made, and names no end. False where it says neither, or can't be read. */
  readonly neverExpires?: boolean;
}

/** The secrets that hold access tokens: the only ones the worker may read. */
export interface AccessTokenReader {
  /**
   * One stage of an access token's secret: a plain string, or JSON with `token`. Undefined where the secret has no
   * such stage. Reads only.
   * @throws RotationError `access-token-missing` where there is no such secret, `access-token-unreadable` where it
   * can't be read or holds no token.
   */
  read(
    secretId: SecretName | SecretArn,
    stage: Login["stage"],
  ): Promise<{ readonly arn: SecretArn; readonly token: Redacted } | undefined>;
  /** The versions that an access token's secret keeps, newest first. Reads only. */
  versions(arn: SecretArn): Promise<readonly VersionId[]>;
  /** Undefined where that version holds no token. Reads only. */
  readVersion(arn: SecretArn, version: VersionId): Promise<Redacted | undefined>;
}

/** Secrets Manager: where the strings go. Nothing here reads a managed secret back. */
export interface SecretStore {
  /** Undefined where there is no such secret. Reads only; not stale, unlike ListSecrets. */
  describe(name: SecretName): Promise<SecretState | undefined>;
  /** Every version ever kept, deprecated ones too. Reads only. */
  history(arn: SecretArn): Promise<readonly SecretVersion[]>;
  /**
   * Every secret whose name begins with this, also those that are to be deleted. An entry may be five minutes old, and a
   * new secret missing for as long (ListSecrets): nothing but rest, or a closer look, may follow from it. Reads only.
   */
  list(namePrefix: string): Promise<readonly SecretState[]>;
  /** A secret without a value; one that exists already is left as it is. Repeatable. */
  create(name: SecretName, description: string): Promise<void>;
  /**
   * Stores a version that carries `label` and no other, and answers the labels it has: the first version of a
   * secret becomes AWSCURRENT besides. Repeatable with the same value: a version is immutable.
   */
  stage(arn: SecretArn, version: VersionId, value: Redacted, label: string): Promise<readonly string[]>;
  /** Moves AWSCURRENT, if it is where `from` says (undefined: nowhere). AWSPREVIOUS follows by itself. */
  promote(arn: SecretArn, version: VersionId, from: VersionId | undefined): Promise<void>;
  /** Puts a label that no version carries on this one. Repeatable. */
  attach(arn: SecretArn, version: VersionId, label: string): Promise<void>;
  /** Takes a label off this version. Repeatable: a label that is not there counts as taken off. */
  detach(arn: SecretArn, version: VersionId, label: string): Promise<void>;
}

export interface EventBus {
  /** Resolves once the bus has accepted the event. May be repeated: `key` in the detail removes duplicates. */
  publish(event: RotationEvent): Promise<void>;
}

/** One structured line each; fields never hold a token string. */
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
