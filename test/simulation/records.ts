import type { Secrets } from "../../emulators/aws/secrets.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { Services } from "./services.ts";
import type { Told } from "./told.ts";
import type { Worker } from "./worker.ts";

/** A worker, or a person. */
export type Actor = Worker | "person";

/** What really happened to one token, whatever any response says about it. */
export interface TokenRecord {
  readonly id: string;
  /** Or the id of a user. */
  readonly applicationId: string;
  readonly bornMs: number;
  /** Infinite if it never expires. */
  readonly expiresMs: number;
  readonly scope: ReadonlySet<string>;
  readonly maker: Actor;
  /** If a worker made the token, what the worker wrote into it. */
  readonly replacedId: string | undefined;
  readonly secretArn: string | undefined;
  readonly firstName: string;
  name: string;
  isInactive: boolean;
  isDeleted: boolean;
  /** When it was deleted. */
  deletedMs: number | undefined;
  ending: { readonly atMs: number; readonly by: Actor } | undefined;
  readonly reigns: Reign[];
  isStored: boolean;
  /** A person removed or damaged its marker, so that its owner can't be determined. */
  isUnmarked: boolean;
  isRenamed: boolean;
  /** It was an access token, and somebody removed the version with its string. */
  isPurged?: boolean;
  /** The token that this one copies. The copy was made with another access token moments later. */
  cloned: TokenRecord | undefined;
  /** If a worker made the token: the access tokens that it may have been made with. */
  readonly signers: readonly TokenRecord[];
  /** If a worker made the token: the prefix of that worker. The key that signed the marker depends on this prefix. */
  readonly secretPrefix: string | undefined;
  /** When a worker deactivated it. */
  deactivatedMs: number | undefined;
  /** The number of healthy runs that began when the token was old enough to be discarded. */
  chances: number;
  /** If it is a user's token: its permission caps, one after the other. */
  readonly caps: { readonly sinceMs: number; readonly text: string }[];
}

/** The period in which one version held AWSCURRENT. */
export interface Reign {
  readonly secret: SecretRecord;
  readonly versionId: string;
  readonly token: TokenRecord | undefined;
  readonly fromMs: number;
  readonly by: Actor;
  toMs: number | undefined;
  /** When the reign ended, the label of the version showed that its event was still owed. */
  wasOwed: boolean;
}

export interface SecretRecord {
  readonly store: Secrets;
  readonly name: string;
  readonly arn: string;
  readonly maker: Actor;
  last: Secret | undefined;
  readonly versions: Set<string>;
  readonly reigns: Reign[];
  readonly announced: Set<string>;
  /** What consumers read: the first read of each version on each day. */
  readonly reads: { readonly versionId: string; readonly atMs: number }[];
  /** When something last edited its tags. */
  taggedMs: number | undefined;
  /** What a person did to the lineage that weakens the promises about it. */
  readonly tamperedBy: Deeds;
  /** The other secret in which a worker last made the successor of the token in this one. */
  movedTo: { readonly secret: SecretRecord; readonly atMs: number } | undefined;
  /** Somebody destroyed it. */
  isGone: boolean;
  /** Each state that it was in, for readers that see it late. Undefined since somebody destroyed it. */
  readonly past: { readonly sinceMs: number; readonly secret: Secret | undefined }[];
}

export function currentReign({ reigns }: SecretRecord): Reign | undefined {
  return reigns.at(-1);
}

/** The moment at which users stopped getting this token; undefined while one of its secrets still provides it. */
export function supersededMs({ reigns }: Pick<TokenRecord, "reigns">): number | undefined {
  let last: number | undefined;
  for (const { toMs } of reigns) {
    if (toMs === undefined) return undefined;
    last = Math.max(last ?? 0, toMs);
  }
  return last;
}

export function isAlive({ ending, expiresMs }: TokenRecord, nowMs: number): boolean {
  return ending === undefined && expiresMs > nowMs;
}

export function isOurs(versionId: string): boolean {
  return versionId.startsWith("losant-");
}

/** The number of a day, in UTC. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

const DAY_MS = 86_400_000;

/** Conditions that last until somebody undoes them. */
const STANDING: ReadonlySet<string> = new Set(["denied", "ungrantable", "deletion"]);

/** What people did to a lineage, and when they last did each of these things. */
export class Deeds {
  readonly #lastMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#lastMs.size;
  }

  add(how: string): void {
    this.#lastMs.set(how, this.#nowMs());
  }

  has(how: string): boolean {
    return this.#lastMs.has(how);
  }

  /** When people last did something that a rotation makes irrelevant. */
  get overFromMs(): number {
    const passing = [...this.#lastMs].filter(([how]) => !STANDING.has(how));
    return Math.max(Number.NEGATIVE_INFINITY, ...passing.map(([, atMs]) => atMs));
  }
}

/**
 * A run that began after people last touched the lineage has rotated it. Nothing people did before excuses a failure
 * now.
 */
export function isSettled({ secret, versionId, by }: Reign): boolean {
  return by !== "person" && isOurs(versionId) && by.startedMs > secret.tamperedBy.overFromMs;
}

/** People touched the lineage, and no run that knew of this has made the token current. */
export function isTouched(reign: Reign): boolean {
  return reign.secret.tamperedBy.size > 0 && !isSettled(reign);
}

/** Somebody changed the secret that its tokens belong to, or their names. Its tokens may continue elsewhere. */
export function isLoose(secret: SecretRecord, reign = currentReign(secret)): boolean {
  const { tamperedBy, isGone } = secret;
  if (isGone) return true;
  const isMoved = ["moved", "administered", "named"].some((how) => tamperedBy.has(how));
  return isMoved && (reign === undefined || !isSettled(reign));
}

/**
 * After a secret was set by hand and changed again, a version that was still owed, or whose token is deleted, looks as if it
 * had never been current.
 */
export function isForgotten(reign: Reign): boolean {
  const { reigns } = reign.secret;
  const after = reigns.slice(reigns.indexOf(reign) + 1);
  const byHand = after.findIndex(({ by }) => by === "person");
  const isChangedAgain = byHand >= 0 && byHand + 1 < after.length;
  return isChangedAgain && (reign.wasOwed || reign.token?.isDeleted === true);
}

/** What the promises are checked against: all records, and the function that reports a broken promise. */
export interface Evidence {
  readonly services: Services;
  readonly nowMs: number;
  readonly tokens: ReadonlyMap<string, TokenRecord>;
  readonly secrets: ReadonlyMap<string, SecretRecord>;
  /** Periods in which something went wrong or somebody interfered, including the time needed to recover. */
  readonly troubles: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Runs that began and ended without trouble. */
  readonly cleanRuns: Worker[];
  /** By token: when events reported that it failed, or would expire. */
  readonly told: Map<string, readonly number[]>;
  /** By detail type and token, joined by a slash: when such events about replaced tokens were sent. */
  readonly news: Map<string, readonly number[]>;
  /** In a fleet, all events about failures and expiries. */
  readonly warnings: Told[];
  /** When somebody last did something that moves tokens from one secret to another. */
  readonly movedByPeopleMs: number;
  /** By store and name of the secret: what a person did to the lineage that weakens the promises about it. */
  readonly tampering: ReadonlyMap<string, Deeds>;
  broken(promise: string, what: string): void;
  token(id: string | undefined): TokenRecord | undefined;
  secretRecord(store: Secrets, name: string): SecretRecord | undefined;
}

/** An administrator stored its string in another secret, in a version whose id says that the worker did. */
export function isPlanted({ secrets }: Evidence, { id, secretArn }: TokenRecord): boolean {
  return secrets
    .values()
    .some(
      ({ arn, tamperedBy, versions }) =>
        arn !== secretArn &&
        tamperedBy.has("administered") &&
        versions.values().some((version) => version.startsWith(`losant-${id}-`)),
    );
}
