import type { LosantTime } from "../lineage/snapshot.ts";
import { RotationError } from "../model/errors.ts";
import { ownerText, type TokenId, type TokenOwner } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { TokenListing } from "../ports.ts";

/** Two equal clocks may appear to differ by this much, because the header has whole seconds and the answer takes time. */
const SAME_TIME_MS = 2_000;
const DAY_MS = 86_400_000;

/** Losant's clock, from the answer that arrived at `now`. */
export function losantTimeOf({ servedAt }: TokenListing, now: Date): LosantTime {
  if (servedAt === undefined) return { aheadMs: 0, shownAheadMs: 0, isTrusted: false };
  const aheadMs = servedAt.getTime() - now.getTime();
  if (Math.abs(aheadMs) <= SAME_TIME_MS) return { aheadMs: 0, shownAheadMs: 0, isTrusted: true };
  // One of the clocks is wrong. A renewal that is too early does less harm than one that is too late.
  if (Math.abs(aheadMs) > DAY_MS)
    return { aheadMs: Math.max(0, aheadMs), shownAheadMs: aheadMs, isTrusted: false };
  return { aheadMs, shownAheadMs: aheadMs, isTrusted: true };
}

/** Why the worker can't renew the access token of a user. */
export function identityFlaws(
  ownId: TokenId | undefined,
  { accessToken, ...owner }: ApplicationConfig,
): readonly RotationError[] {
  if (ownId !== undefined) return [];
  const message = `the access token in the secret ${accessToken} can't be identified among the tokens of ${ownerText(owner)}`;
  return [new RotationError("access-token-unidentified", message)];
}

/** Why a listing doesn't show every token. */
export function flawsOf({ nameless, missing }: TokenListing, owner: TokenOwner): readonly RotationError[] {
  const { count, problem } = nameless;
  const unread = `${count} ${count === 1 ? "row" : "rows"} of Losant's list of the tokens of ${ownerText(owner)} can't be read`;
  const more = `Losant counts ${missing} more ${missing === 1 ? "token" : "tokens"} of ${ownerText(owner)} than it lists`;
  return [
    ...(count > 0 ? [new RotationError("token-unreadable", `${unread}: one ${problem}`)] : []),
    ...(missing > 0 ? [new RotationError("listing-incomplete", more)] : []),
  ];
}
