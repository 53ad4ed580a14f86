import {
  discardedSince,
  isCreatedThroughApi,
  isSignedFor,
  type Marker,
  type MarkerKey,
  readMarkers,
} from "../model/marker.ts";
import { homeOf, type SecretName, sameHome, secretNameOf } from "../model/secret.ts";
import type { ApiToken, ApplicationId, TokenId } from "../model/token.ts";
import type { Login } from "../ports.ts";
import {
  type ListedToken,
  type Proof,
  type SecretReading,
  type Snapshot,
  stampedVersions,
} from "./snapshot.ts";

/** The data for checking markers. */
export interface Judge {
  readonly applicationId: ApplicationId;
  readonly login: Login;
  readonly keys: readonly MarkerKey[];
  /** Whether `keys` has all keys that can be read. */
  readonly isComplete: boolean;
  /** As far as they were read. */
  readonly secrets: ReadonlyMap<SecretName, SecretReading>;
  /** Whether Losant's `creatorId` is the id of the access token that created a token, as stored tokens show. */
  readonly knowsCreators: boolean;
  /** If `creatorId` is one of these ids, it can't be the id of a person. */
  readonly listedIds: ReadonlySet<string>;
}

/**
 * Tokens with a signed marker show what Losant's `creatorId` means. It is used if one of them has the id of the access token, and
 * no stored one has another id. A token without a marker shows the same if its creator is an access token of the worker.
 */
export function judgeBy(
  given: Omit<Judge, "knowsCreators" | "listedIds">,
  tokens: readonly ApiToken[],
): Judge {
  const versions = [...given.secrets.values()].flatMap(stampedVersions);
  const stored = new Set<TokenId>(versions.map(({ stamp }) => stamp.tokenId));
  const listedIds = new Set<string>(tokens.map(({ id }) => id));
  const ownIds = new Set<string>(given.keys.flatMap(({ claimedIds }) => claimedIds));
  let knowsCreators = false;
  for (const token of tokens) {
    if (isCreatedThroughApi(token, []) && ownIds.has(token.creatorId ?? "")) knowsCreators = true;
    const creator = creatorSeen(token, given);
    // A token with a copied marker may have any creator. Only a stored token is certainly not a copy.
    if (creator === "another" && stored.has(token.id))
      return { ...given, knowsCreators: false, listedIds: new Set() };
    if (creator === "access-token") knowsCreators = true;
  }
  return { ...given, knowsCreators, listedIds };
}

/**
 * Every token with the result of checking its marker. If several have the same signature, only one of them can be the ordered one:
 * the one that the marker's secret holds, or else the one that was created first. The others are copies, also of a token that
 * another deployment created a little earlier. If the dates don't tell two tokens apart, nobody knows whose marker it is.
 */
export function judged(tokens: readonly ApiToken[], judge: Judge): readonly ListedToken[] {
  const ordered = new Map<string, ListedToken>();
  const all = tokens.map((token) => {
    const listed = judgedAlone(token, judge);
    const mac = macOf(listed);
    const other = mac === undefined ? undefined : ordered.get(mac);
    if (mac !== undefined && (other === undefined || isRatherOrdered(listed, other, judge)))
      ordered.set(mac, listed);
    return listed;
  });
  const lookalikes = Map.groupBy(all.filter(isCoarse), ({ expiresAt }) => expiresAt?.getTime());
  const isDoubtful = (token: ListedToken) =>
    isCoarse(token) &&
    !isHeld(token, judge) &&
    (lookalikes.get(token.expiresAt?.getTime()) ?? []).some((other) => couldBear(other, token, judge));
  return all.map((token) => {
    const mac = macOf(token);
    if (mac === undefined) return token;
    if (ordered.get(mac) !== token) return { ...token, proof: "unsigned" };
    return isDoubtful(token) ? { ...token, proof: "unknown" } : token;
  });
}

function isRatherOrdered(one: ListedToken, other: ListedToken, judge: Judge): boolean {
  const [isOneHeld, isOtherHeld] = [isHeld(one, judge), isHeld(other, judge)];
  return isOneHeld === isOtherHeld ? one.createdAt < other.createdAt : isOneHeld;
}

/** The secret of its marker has a version with its string. */
function isHeld(token: ListedToken, { secrets }: Judge): boolean {
  const arn = signedMarker(token)?.secretArn;
  const versions = arn === undefined ? [] : stampedVersions(secrets.get(secretNameOf(arn)));
  return versions.some(({ stamp }) => stamp.tokenId === token.id);
}

/** Whether two tokens have the same signature. Then each secret that is read may show which of them was ordered. */
export function hasCopies({ tokens, lookups }: Pick<Snapshot, "tokens" | "lookups">): boolean {
  const macs = [...tokens.values(), ...lookups.values()].flatMap((token) =>
    typeof token?.marker === "object" && token.marker.seal !== undefined ? [token.marker.seal.mac] : [],
  );
  return new Set(macs).size < macs.length;
}

/** Losant documents no precision. If it cuts its dates, tokens that were created one after the other have the same dates. */
function isCoarse({ createdAt, expiresAt }: ApiToken): boolean {
  return [createdAt, expiresAt].every((date) => (date?.getTime() ?? 0) % 1_000 === 0);
}

/** The marker of the signed token would also be valid on the other one, which has no signed marker of its own. */
function couldBear(other: ListedToken, signed: ListedToken, judge: Judge): boolean {
  const mac = macOf(other);
  const marker = signedMarker(signed);
  if (other.id === signed.id || marker === undefined) return false;
  if (mac !== undefined && mac !== marker.seal?.mac) return false;
  return isSignedByAny(other, marker, judge);
}

interface Known {
  readonly tokens: ReadonlyMap<TokenId, ApiToken>;
  readonly lookups: ReadonlyMap<TokenId, ApiToken | undefined>;
}

/** Checks the tokens of a snapshot again: with other keys, or with others beside them, one of which may be a copy. */
export function judgedAnew({ tokens, lookups }: Known, judge: Judge): Pick<Snapshot, "tokens" | "lookups"> {
  const found = [...lookups.values()].flatMap((token) =>
    token === undefined || tokens.has(token.id) ? [] : [token],
  );
  const all = judged([...tokens.values(), ...found], judge);
  const listed = all.slice(0, tokens.size);
  const byId = new Map(all.map((token) => [token.id, token]));
  return {
    tokens: new Map(listed.map((token) => [token.id, token])),
    lookups: new Map(lookups.keys().map((id) => [id, byId.get(id)])),
  };
}

function judgedAlone(token: ApiToken, judge: Judge): ListedToken {
  const { applicationId, keys, login, isComplete } = judge;
  const markers = readMarkers(token.description);
  const whole = markers.filter((marker) => marker !== "damaged");
  const signed = whole.find((marker) => isSignedByAny(token, marker, judge));
  const isSealedHere = ({ seal, secretArn }: Marker) =>
    seal !== undefined && sameHome(homeOf(secretArn), homeOf(login.arn));
  const unsigned: Proof = !isComplete && whole.some(isSealedHere) ? "unknown" : "unsigned";
  const [only, another] = whole;
  const marker = signed ?? (another === undefined ? only : undefined);
  return {
    ...token,
    marker: marker ?? (markers.length > 0 ? "damaged" : undefined),
    proof: signed === undefined ? unsigned : "signed",
    discardedAt: discardedSince(token, applicationId, keys),
  };
}

function isSignedByAny(
  token: ApiToken,
  marker: Marker,
  { applicationId, keys, knowsCreators, listedIds }: Judge,
): boolean {
  const isCreatorTold = knowsCreators || listedIds.has(token.creatorId ?? "");
  return keys.some((key) => isSignedFor(token, marker, applicationId, key, isCreatorTold));
}

function macOf({ marker, proof }: ListedToken): string | undefined {
  return proof === "signed" && typeof marker === "object" ? marker.seal?.mac : undefined;
}

/** What Losant has as the creator of a token that the worker created, according to its signature. */
function creatorSeen(
  token: ApiToken,
  { applicationId, keys }: Pick<Judge, "applicationId" | "keys">,
): "access-token" | "another" | undefined {
  if (token.creatorId === undefined) return undefined;
  const markers = readMarkers(token.description).filter((marker) => marker !== "damaged");
  for (const key of keys) {
    if (key.claimedIds.length === 0) continue;
    const isOurs = markers.some((marker) => isSignedFor(token, marker, applicationId, key, false));
    if (isOurs) return key.claimedIds.some((id) => id === token.creatorId) ? "access-token" : "another";
  }
  return undefined;
}

/** The marker that this worker signed for a token. */
export function signedMarker({ marker, proof }: ListedToken): Marker | undefined {
  return proof === "signed" && typeof marker === "object" ? marker : undefined;
}
