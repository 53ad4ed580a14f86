import { isCreatedThroughApi } from "../model/marker.ts";
import { remembered } from "../model/remembered.ts";
import { homeOf, sameHome } from "../model/secret.ts";
import { isLive, scopeKey, type TokenId } from "../model/token.ts";
import { isEnding } from "../policy/renewal-window.ts";
import { isNamedById, type Selection } from "../policy/request.ts";
import { claimsIn, moveOf, secretsOf } from "./claims.ts";
import { isOfInterest, leftToSearch } from "./doubt.ts";
import type { Inquiry, Origin, Place, Places } from "./place.ts";
import { formerNamesOf, placesOfRoots, type Root } from "./roots.ts";
import {
  accessSecretOf,
  type ListedToken,
  localName,
  ownVersions,
  renewsAccessToken,
  type Snapshot,
} from "./snapshot.ts";

const ORIGINS: ReadonlySet<string> = new Set<Origin["kind"]>(["plain", "moved", "unexplained", "unsearched"]);
const isOrigin = (found: Place | Origin): found is Origin => ORIGINS.has(found.kind);

/**
 * The place of each listed token. Versions decide first, because nobody can edit their ids, then signed markers. The name and the
 * rest of the description of a token decide only which secret the first successor of a root gets.
 */
export function placesOf(snapshot: Snapshot, selection: Selection, now: Date): Places {
  const inquiry: Inquiry = { snapshot, claims: claimsIn(snapshot), moves: new Map(), selection, now };
  const places = new Map<TokenId, Place>();
  const roots: Root[] = [];
  const covered = coveredBy(snapshot, now);
  for (const token of snapshot.tokens.values()) {
    const secretNames = secretsOf(token.id, inquiry.claims);
    const found: Place | Origin =
      secretNames.length > 0 ? { kind: "member", secretNames } : unclaimed(token, inquiry);
    if (isOrigin(found)) roots.push({ token, origin: isInDoubt(token, found, inquiry) ? UNSEARCHED : found });
    else if (found.kind !== "stray") places.set(token.id, found);
    // Only by its id: a name means a token of this deployment, wherever it is now.
    else if (isAdoptedAsRoot(token, inquiry)) roots.push({ token, origin: { kind: "plain" } });
    else places.set(token.id, covered.has(token.id) ? { ...found, isCovered: true } : found);
  }
  for (const [id, place] of placesOfRoots(roots, inquiry)) places.set(id, place);
  return places;
}

/** But not a token of a user: the worker renews only its access token. */
function isAdoptedAsRoot(token: ListedToken, { snapshot, selection, now }: Inquiry): boolean {
  if (snapshot.application.ownerType === "user") return false;
  return selection.force && isLive(token, now) && isNamedById(token, selection);
}

const UNSEARCHED: Origin = { kind: "unsearched" };

/** A secret under a former prefix that can't be read may hold its successor. It waits while there is time. */
function isInDoubt(token: ListedToken, origin: Origin, { snapshot, now }: Inquiry): boolean {
  const isKnown = origin.kind !== "plain" && origin.kind !== "moved";
  if (isKnown || isEnding(token, snapshot.application.policy, now)) return false;
  return formerNamesOf(snapshot, token, origin).some(
    (name) => snapshot.secrets.get(name)?.kind === "unreadable",
  );
}

/** The place of a token that no secret of the configuration names. */
function unclaimed(token: ListedToken, inquiry: Inquiry): Place | Origin {
  const { snapshot, selection, now } = inquiry;
  const former = movedPlace(token, inquiry);
  if (former !== undefined) return former;
  // Known by its facts, so what its description says doesn't matter.
  if (token.id === snapshot.ownId && renewsAccessToken(snapshot)) return { kind: "plain" };
  if (snapshot.formerAccessIds.has(token.id)) return { kind: "stray", reason: "superseded" };
  const isDead = !isLive(token, now);
  // Whatever the text of a user's other token says, it is nobody's but the user's.
  if (snapshot.application.ownerType === "user" && token.proof !== "unknown")
    return { kind: "stray", reason: isDead ? "superseded" : "unproven" };
  // The key of its marker couldn't be read, so the worker does nothing.
  if (token.proof === "unknown") return { kind: "stray", reason: isDead ? "superseded" : "marker-unknown" };
  // Signed for a secret that the worker no longer renews. Or created by a person or a flow, whatever its text says.
  if (token.proof === "signed" || !isOfAnAccessToken(token, snapshot)) return { kind: "plain" };
  if (isElsewhere(token, snapshot)) return { kind: "stray", reason: "foreign" };
  if (isDead) return { kind: "plain" };
  const isText = token.marker !== undefined;
  const isOurs = isOfOurAccessToken(token, snapshot);
  // Neither Losant nor its description says who created it, so only its name is left.
  if (!isText && !isOurs && token.creatorType === undefined) return { kind: "plain" };
  // What the worker may have created is no root's rival, due or not.
  const origin: Origin = { kind: isText || isOurs ? "unexplained" : "plain" };
  if (!isOfInterest(snapshot, token, selection, now)) return origin;
  const left = leftToSearch(token, snapshot);
  if (left === undefined ? !isEnding(token, snapshot.application.policy, now) : left.length > 0)
    return UNSEARCHED;
  return isOurs ? { kind: "stray", reason: "unproven" } : origin;
}

function movedPlace({ id }: ListedToken, inquiry: Inquiry): Place | Origin | undefined {
  const { snapshot, claims, moves, now } = inquiry;
  const former = claims.formerOf.get(id);
  if (former === undefined) return undefined;
  const move = moves.get(former.arn) ?? moveOf(former, claims, snapshot, now);
  moves.set(former.arn, move);
  if (move.moverId === id) {
    const replaced = snapshot.tokens.get(claims.predecessors.get(id) ?? id);
    const predecessor = replaced !== undefined && isLive(replaced, now) ? replaced : undefined;
    return { kind: "moved", former: former.arn, predecessor };
  }
  if (!move.behind.has(id)) return { kind: "stray", reason: "unproven" };
  return move.movedTo === undefined
    ? { kind: "stray", reason: "superseded" }
    : { kind: "member", secretNames: [move.movedTo] };
}

/** Its marker names another account, region or prefix, or a secret that never belonged to this application. */
function isElsewhere(token: ListedToken, snapshot: Snapshot): boolean {
  const { marker } = token;
  if (typeof marker !== "object") return false;
  const isHome = sameHome(homeOf(marker.secretArn), homeOf(snapshot.login.arn));
  return !isHome || localName(snapshot, token) === undefined;
}

/**
 * Whether an access token can have created it. Losant may call the user of an access token the creator. Among discovered applications,
 * it may be any user: another deployment may discover with another user's access token. Then only a marker distinguishes it from what
 * a user created by hand.
 */
function isOfAnAccessToken(token: ListedToken, snapshot: Snapshot): boolean {
  const isDiscovered = snapshot.application.foundBy !== undefined;
  const isOfUser = isDiscovered && token.marker !== undefined && token.creatorType === "user";
  return isOfUser || isCreatedThroughApi(token, []);
}

/**
 * Only Losant says that the worker created it: an orphan whose key is lost, or a token that a person created with the access
 * token.
 */
function isOfOurAccessToken({ creatorId, marker }: ListedToken, snapshot: Snapshot): boolean {
  // The creator may be the user of the access token, whose other tokens create tokens too, but without a marker.
  if (snapshot.application.foundBy !== undefined && marker === undefined) return false;
  return creatorId !== undefined && idsOfAccessTokens(snapshot).has(creatorId);
}

/** Everything that is known as an id of this worker's access tokens: their payloads, and the versions of their secret. */
const idsOfAccessTokens = remembered((snapshot: Snapshot): ReadonlySet<string> => {
  const versions = ownVersions(snapshot, snapshot.secrets.get(accessSecretOf(snapshot)));
  const ids = new Set(snapshot.accessTokenIds);
  if (snapshot.ownId !== undefined) ids.add(snapshot.ownId);
  for (const { stamp } of versions) ids.add(stamp.tokenId).add(stamp.replacedId);
  return ids;
});

/** Tokens that a live, younger token with the same scope says that it replaced. */
function coveredBy({ tokens }: Snapshot, now: Date): ReadonlySet<TokenId> {
  const covered = new Set<TokenId>();
  for (const token of tokens.values()) {
    const { marker } = token;
    const replaced = typeof marker === "object" ? tokens.get(marker.replacedId) : undefined;
    if (replaced === undefined || !isLive(token, now) || token.createdAt <= replaced.createdAt) continue;
    if (scopeKey(token) === scopeKey(replaced)) covered.add(replaced.id);
  }
  return covered;
}
