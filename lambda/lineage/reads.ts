import { type SecretVersion, stampOf } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { Lineage } from "./lineage.ts";
import { nextSuccessor, successorsOf } from "./succession.ts";

/**
 * Whether a consumer has read a successor. `unknown`: the dates of the versions haven't been read, or the worker is itself the
 * consumer.
 */
export type Evidence = "read" | "unread" | "unknown";

/** What consumers have read since a token was replaced. */
export interface Reads {
  /** Of the tokens that replaced it, one after the other: one that was read is enough. */
  readonly successor: Evidence;
  /**
   * Its own version was read after the day on which it was replaced: somebody reads AWSPREVIOUS, or the version by its id. The string of
   * a root may be in any version that holds none of its successors.
   */
  readonly isStillRead: boolean;
}

const DAY_MS = 86_400_000;

/** AWS tells the day of a read in UTC, without a time. */
function isLaterDay(at: Date | undefined, than: Date | undefined): boolean {
  if (at === undefined || than === undefined) return false;
  return Math.floor(at.getTime() / DAY_MS) > Math.floor(than.getTime() / DAY_MS);
}

/**
 * The worker never reads what it manages, so each date is a consumer's, or a person's in the console. AWS has no date for a value
 * that nobody has read in this region. The date of the whole secret proves that nobody has read the successor, if it is before the day
 * on which that was created. Only the date of its own version proves that somebody has, because a read of AWSPREVIOUS changes the
 * date of the secret as well. A version can't be read before it exists, so here the day itself counts.
 */
export function readsSinceReplaced(id: TokenId, lineage: Lineage, isRoot = false): Reads {
  const { secret, reading, head, isSearched, isOwnAccessToken } = lineage;
  const unknown: Reads = { successor: "unknown", isStillRead: false };
  if (secret === undefined || head?.token === undefined || isOwnAccessToken) return unknown;
  const successors = successorsOf(id, lineage);
  const createdAt = nextSuccessor(id, lineage)?.createdAt;
  if (createdAt !== undefined && !isSameOrLaterDay(secret.lastReadAt, createdAt))
    return { successor: "unread", isStillRead: false };
  if (!isSearched) return unknown;
  const versions = reading?.kind === "described" ? (reading.history ?? []) : [];
  const replacedAt = [createdAt, storedAt(successors.at(-1), versions)];
  const isOfSuccessor = (version: SecretVersion) => successors.some((one) => one === tokenIn(version));
  const mayHoldIt = (version: SecretVersion) => (isRoot ? !isOfSuccessor(version) : tokenIn(version) === id);
  const isRead = versions.some((version) => version.lastReadAt !== undefined && isOfSuccessor(version));
  return {
    successor: isRead ? "read" : "unread",
    isStillRead: versions.some(
      (version) => mayHoldIt(version) && replacedAt.some((at) => isLaterDay(version.lastReadAt, at)),
    ),
  };
}

function tokenIn({ id }: SecretVersion): TokenId | undefined {
  return stampOf(id)?.tokenId;
}

/** Losant may have deleted the token that replaced another one. Its version still shows when that was. */
function storedAt(id: TokenId | undefined, versions: readonly SecretVersion[]): Date | undefined {
  return id === undefined ? undefined : versions.find((version) => tokenIn(version) === id)?.createdAt;
}

function isSameOrLaterDay(at: Date | undefined, as: Date): boolean {
  return at !== undefined && !isLaterDay(as, at);
}
