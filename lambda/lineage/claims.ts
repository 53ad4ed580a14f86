import * as v from "valibot";
import {
  AWSCURRENT,
  homeOf,
  type SecretArn,
  type SecretName,
  sameHome,
  secretNameOf,
} from "../model/secret.ts";
import { ApplicationId, isLive, type TokenId } from "../model/token.ts";
import { chainFrom, type Predecessors } from "./chain.ts";
import { signedMarker } from "./proof.ts";
import { folderOf } from "./secret-names.ts";
import {
  isConfigured,
  isOnRecord,
  isSearched,
  type ListedToken,
  ownVersions,
  renewsAccessToken,
  type Snapshot,
  secretIn,
  stampedVersions,
  standingVersion,
  tellingVersions,
} from "./snapshot.ts";

/** The reasons why a token belongs to a secret, the strongest last. A signed marker counts if no version names the token. */
const STRENGTHS = ["marker", "replaced", "held", "current"] as const;
type Strength = (typeof STRENGTHS)[number];

/** Connects a token to a secret that the configuration gives to the worker. */
export interface Claim {
  readonly secretName: SecretName;
  readonly strength: Strength;
}

/** A secret of the worker that the configuration no longer names, that no longer exists, or that was created again. */
export interface FormerSecret {
  readonly arn: SecretArn;
  readonly tokens: Set<TokenId>;
  /** Its head, if it is known. */
  standingId: TokenId | undefined;
}

/** Which token belongs to which secret, only from versions and signed markers. */
export interface Claims {
  readonly byToken: ReadonlyMap<TokenId, readonly Claim[]>;
  readonly formerSecrets: ReadonlyMap<SecretArn, FormerSecret>;
  readonly formerOf: ReadonlyMap<TokenId, FormerSecret>;
  /** For each token, the token that it replaced, from all versions and signed markers. */
  readonly predecessors: Predecessors;
}

export function claimsIn(snapshot: Snapshot): Claims {
  const claims = new ClaimsBeingFound();
  for (const [name, reading] of snapshot.secrets) {
    const secret = secretIn(reading);
    if (secret === undefined) continue;
    const versions = tellingVersions(snapshot, reading);
    const isOurs = isConfigured(snapshot, name);
    const standing = standingVersion(snapshot, ownVersions(snapshot, reading));
    for (const { stamp, labels } of versions) {
      claims.follow(stamp.tokenId, stamp.replacedId);
      if (isOurs) {
        claims.add(stamp.tokenId, name, labels.includes(AWSCURRENT) ? "current" : "held");
        claims.add(stamp.replacedId, name, "replaced");
      } else if (secret.arn !== snapshot.login.arn && !isInFolderOfOthers(snapshot, name)) {
        const former = claims.former(secret.arn, stamp.tokenId);
        claims.former(secret.arn, stamp.replacedId);
        former.standingId = standing?.stamp.tokenId;
      }
    }
  }
  for (const token of snapshot.tokens.values()) addMarker(token, snapshot, claims);
  return claims;
}

/** In the folder of another application, or in that of a deployment whose prefix begins with this one's. */
function isInFolderOfOthers({ application, formerPrefixes }: Snapshot, name: SecretName): boolean {
  const folder = folderOf(name);
  const isFormer = formerPrefixes.some((prefix) => folder === `${prefix}/${application.id}`);
  return v.is(ApplicationId, folder.slice(folder.lastIndexOf("/") + 1)) && !isFormer;
}

function addMarker(token: ListedToken, snapshot: Snapshot, claims: ClaimsBeingFound): void {
  const marker = signedMarker(token);
  if (marker === undefined) return;
  const { replacedId, secretArn } = marker;
  const { login } = snapshot;
  // A token that the worker no longer renews stays where it is.
  if (secretArn === login.arn && !renewsAccessToken(snapshot)) return;
  if (!sameHome(homeOf(secretArn), homeOf(login.arn))) return;
  const name = secretNameOf(secretArn);
  const isKept = isConfigured(snapshot, name) && !isGone(snapshot, secretArn);
  if (isKept) {
    claims.add(token.id, name, "marker");
    // A token whose string is certainly stored nowhere has replaced no other token.
    if (isKnownUnstored(snapshot, token, name)) return;
    claims.add(replacedId, name, "marker");
  } else {
    claims.former(secretArn, token.id);
    claims.former(secretArn, replacedId);
  }
  claims.follow(token.id, replacedId);
}

/** The secret doesn't exist, or somebody deleted it and created another one with the same name. */
function isGone(snapshot: Snapshot, arn: SecretArn): boolean {
  const reading = snapshot.secrets.get(secretNameOf(arn));
  const secret = secretIn(reading);
  return reading?.kind === "absent" || (secret !== undefined && secret.arn !== arn);
}

/** No version of its secret holds the token or replaced it. */
export function isKnownUnstored(
  snapshot: Snapshot,
  { id, createdAt }: Pick<ListedToken, "id" | "createdAt">,
  name: SecretName,
): boolean {
  const reading = snapshot.secrets.get(name);
  if (!isSearched(reading) || !isOnRecord(reading, { createdAt }, snapshot)) return false;
  return !stampedVersions(reading).some(({ stamp }) => stamp.tokenId === id || stamp.replacedId === id);
}

class ClaimsBeingFound implements Claims {
  readonly byToken = new Map<TokenId, Claim[]>();
  readonly formerSecrets = new Map<SecretArn, FormerSecret>();
  readonly formerOf = new Map<TokenId, FormerSecret>();
  readonly predecessors = new Map<TokenId, TokenId>();

  add(id: TokenId, secretName: SecretName, strength: Strength): void {
    const claim = { secretName, strength };
    const known = this.byToken.get(id);
    if (known === undefined) this.byToken.set(id, [claim]);
    else known.push(claim);
  }

  former(arn: SecretArn, id: TokenId): FormerSecret {
    const known = this.formerSecrets.get(arn) ?? { arn, tokens: new Set(), standingId: undefined };
    this.formerSecrets.set(arn, known);
    known.tokens.add(id);
    this.formerOf.set(id, known);
    return known;
  }

  follow(id: TokenId, replacedId: TokenId): void {
    if (!this.predecessors.has(id)) this.predecessors.set(id, replacedId);
  }
}

/**
 * The secrets that a token belongs to: one with the strongest claim, or all in which it is current. None if only a former secret
 * names it.
 */
export function secretsOf(id: TokenId, { byToken }: Claims): readonly SecretName[] {
  const claims = byToken.get(id) ?? [];
  const strongest = STRENGTHS.findLast((strength) => claims.some((claim) => claim.strength === strength));
  const names = [
    ...new Set(claims.filter(({ strength }) => strength === strongest).map(({ secretName }) => secretName)),
  ].sort();
  return strongest === "current" ? names : names.slice(0, 1);
}

/** What happens to the tokens of one former secret. */
export interface Move {
  /** The token whose successor goes into the secret that its name or id maps to now. Undefined after that has happened. */
  readonly moverId: TokenId | undefined;
  /** The secret that the successor went into. */
  readonly movedTo: SecretName | undefined;
  /** All tokens that it replaced. */
  readonly behind: ReadonlySet<TokenId>;
}

/** The move of one former secret. Its head moves, or if that is unknown, the youngest token that was created for it. */
export function moveOf(former: FormerSecret, claims: Claims, snapshot: Snapshot, now: Date): Move {
  const made = [...former.tokens].flatMap((id) => {
    const token = snapshot.tokens.get(id);
    return token !== undefined && signedMarker(token)?.secretArn === former.arn ? [token] : [];
  });
  const standing = former.standingId === undefined ? undefined : snapshot.tokens.get(former.standingId);
  const candidates = standing === undefined ? made : [standing];
  const moved = candidates.find(({ id }) => claims.byToken.has(id));
  const [youngest] = candidates
    .filter((token) => token === standing || isLive(token, now))
    .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  const front = moved ?? youngest;
  return {
    moverId: moved === undefined ? youngest?.id : undefined,
    movedTo: moved && secretsOf(moved.id, claims)[0],
    behind: front === undefined ? new Set() : behind(front.id, claims),
  };
}

function behind(id: TokenId, { predecessors }: Claims): ReadonlySet<TokenId> {
  const [, ...replaced] = chainFrom(id, predecessors);
  return new Set(replaced);
}
