import type { Secrets } from "../../emulators/aws/secrets.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { Services } from "./services.ts";
import type { Worker } from "./worker.ts";

/** A worker, or a person. */
export type Actor = Worker | "person";

/** What really happened to one token, whatever anybody says of it. */
export interface TokenRecord {
  readonly id: string;
  readonly applicationId: string;
  readonly bornMs: number;
  /** Infinite: it never expires. */
  readonly expiresMs: number;
  readonly scope: ReadonlySet<string>;
  readonly maker: Actor;
  /** What its maker, where that is a worker, wrote into it. */
  readonly replacedId: string | undefined;
  readonly secretArn: string | undefined;
  readonly firstName: string;
  name: string;
  isInactive: boolean;
  isDeleted: boolean;
  /** When it was. */
  deletedMs: number | undefined;
  ending: { readonly atMs: number; readonly by: Actor } | undefined;
  readonly reigns: Reign[];
  isStored: boolean;
  /** A person removed or damaged its marker, so that nobody can know whose it is. */
  isUnmarked: boolean;
  isRenamed: boolean;
  /** It was an access token, and somebody has removed the version with its string. */
  isPurged?: boolean;
  /** The token of which it is a copy, made through another access token moments later. */
  cloned: TokenRecord | undefined;
  /** The access tokens that it may have been made with, where a worker made it. */
  readonly signers: readonly TokenRecord[];
  /** That of its maker, where that is a worker: the key that signed its marker is one of this prefix. */
  readonly secretPrefix: string | undefined;
  /** When a worker deactivated it. */
  deactivatedMs: number | undefined;
  /** Healthy runs that began when it was old enough to be discarded. */
  chances: number;
}

/** The time in which one version held AWSCURRENT. */
export interface Reign {
  readonly secret: SecretRecord;
  readonly versionId: string;
  readonly token: TokenRecord | undefined;
  readonly fromMs: number;
  readonly by: Actor;
  toMs: number | undefined;
  /** When it ended, its label said that its event was still owed. */
  wasOwed: boolean;
}

export interface SecretRecord {
  readonly store: Secrets;
  readonly name: string;
  readonly arn: string;
  last: Secret | undefined;
  readonly versions: Set<string>;
  readonly reigns: Reign[];
  readonly announced: Set<string>;
  /** What a person did to the lineage that weakens what can be promised of it. */
  readonly tamperedBy: Deeds;
  /** Where a worker last made the successor of what it held, in another secret. */
  movedTo: { readonly secret: SecretRecord; readonly atMs: number } | undefined;
  /** Somebody destroyed it. */
  isGone: boolean;
  /** Each state it was in, for those who see it late. */
  readonly past: { readonly sinceMs: number; readonly secret: Secret }[];
}

export function currentReign({ reigns }: SecretRecord): Reign | undefined {
  return reigns.at(-1);
}

/** The moment at which users stopped being given this token; undefined while one of its secrets still does. */
export function supersededMs({ reigns }: TokenRecord): number | undefined {
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

/** What stays as it is until somebody undoes it. */
const STANDING: ReadonlySet<string> = new Set(["denied", "ungrantable", "deletion"]);

/** What people did to a lineage, and when they last did each. */
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

  /** When they last did something that a rotation gets over. */
  get overFromMs(): number {
    const passing = [...this.#lastMs].filter(([how]) => !STANDING.has(how));
    return Math.max(Number.NEGATIVE_INFINITY, ...passing.map(([, atMs]) => atMs));
  }
}

/** A run that began after people last touched the lineage has rotated it: nothing they did before excuses anything now. */
export function isSettled({ secret, versionId, by }: Reign): boolean {
  return by !== "person" && isOurs(versionId) && by.startedMs > secret.tamperedBy.overFromMs;
}

/** People touched the lineage, and this was not made current by a run that knew. */
export function isTouched(reign: Reign): boolean {
  return reign.secret.tamperedBy.size > 0 && !isSettled(reign);
}

/** Somebody changed which secret its tokens belong to, or what they are called: they may go on elsewhere. */
export function isLoose(secret: SecretRecord, reign = currentReign(secret)): boolean {
  const { tamperedBy, isGone } = secret;
  if (isGone) return true;
  const isMoved = ["moved", "administered", "named"].some((how) => tamperedBy.has(how));
  return isMoved && (reign === undefined || !isSettled(reign));
}

/** Set by hand twice, a version that was still owed, or whose token is deleted, looks as if it had never been current. */
export function isForgotten(reign: Reign): boolean {
  const { reigns } = reign.secret;
  const byHand = reigns.slice(reigns.indexOf(reign) + 1).filter(({ by }) => by === "person");
  return byHand.length >= 2 && (reign.wasOwed || reign.token?.isDeleted === true);
}

/** What the promises are held against: all that was written down, and where a broken one is told. */
export interface Evidence {
  readonly services: Services;
  readonly nowMs: number;
  readonly tokens: ReadonlyMap<string, TokenRecord>;
  readonly secrets: ReadonlyMap<string, SecretRecord>;
  /** Times in which something went wrong or somebody interfered, with what it takes to get over it. */
  readonly troubles: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Runs that began and ended without trouble. */
  readonly cleanRuns: Worker[];
  /** By token: when events said that it failed, or would expire. */
  readonly told: Map<string, readonly number[]>;
  /** When somebody last did what moves tokens from one secret to another. */
  readonly movedByPeopleMs: number;
  /** By store and name of the secret: what a person did to the lineage that weakens what can be promised of it. */
  readonly tampering: ReadonlyMap<string, Deeds>;
  broken(promise: string, what: string): void;
  token(id: string | undefined): TokenRecord | undefined;
  secretRecord(store: Secrets, name: string): SecretRecord | undefined;
}
