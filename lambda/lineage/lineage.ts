import { remembered } from "../model/remembered.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  rotatingLabel,
  type SecretArn,
  type SecretName,
  type SecretState,
  secretNameOf,
  type VersionId,
} from "../model/secret.ts";
import { isLive, type TokenId } from "../model/token.ts";
import { chainFrom } from "./chain.ts";
import type { Origin, Places } from "./place.ts";
import { signedMarker } from "./proof.ts";
import {
  findToken,
  isOnRecord,
  isSearched,
  type ListedToken,
  ownVersions,
  type SecretReading,
  type Snapshot,
  type StampedVersion,
  secretIn,
  standingVersion,
} from "./snapshot.ts";

/** The head of a lineage: the token to continue from. `token` is undefined if Losant no longer has it. */
export type Head =
  /** Its version is AWSCURRENT, or was until somebody set a value by hand (`displaced`). */
  | {
      readonly kind: "current" | "displaced";
      readonly tokenId: TokenId;
      readonly token: ListedToken | undefined;
      readonly version: StampedVersion;
    }
  /**
   * No version of the worker was ever current in this secret, or the token that was has been replaced in another secret, or a
   * person has stored another access token.
   */
  | {
      readonly kind: "root";
      readonly tokenId: TokenId;
      readonly token: ListedToken;
      readonly origin: Origin;
    };

/** A version that is stored but was not promoted yet. */
export interface Staged {
  readonly version: StampedVersion;
  readonly token: ListedToken | undefined;
}

/** A token and all of its successors. The secret identifies the lineage. */
export interface Lineage {
  readonly secretName: SecretName;
  /** Undefined if the secret was not read, because nothing is due. */
  readonly reading: SecretReading | undefined;
  /** The secret, if it could be described. */
  readonly secret: SecretState | undefined;
  readonly head: Head | undefined;
  /** The version that holds AWSCURRENT, whoever created it. A promotion moves the label away from it. */
  readonly currentVersionId: VersionId | undefined;
  /**
   * Versions of unfinished rotations: the current one whose event is missing, and earlier ones that only have to lose their
   * label.
   */
  readonly unannounced: StampedVersion | undefined;
  readonly unsettled: readonly StampedVersion[];
  readonly staged: readonly Staged[];
  /** Created by this worker for this secret, stored in no version, and not a predecessor of another token. */
  readonly orphans: readonly ListedToken[];
  readonly superseded: readonly ListedToken[];
  /** Created by this worker for this secret, according to versions or signed markers. */
  readonly madeHere: ReadonlySet<TokenId>;
  /** Created by this worker according to both. Only these may be deleted, or retired by policy. */
  readonly provenHere: ReadonlySet<TokenId>;
  /**
   * Another token says that it replaced these for another secret, for example for one of another deployment. Anybody can write this, so
   * it only keeps tokens.
   */
  readonly replacedElsewhere: ReadonlySet<TokenId>;
  /** Every version of the secret is known. */
  readonly isSearched: boolean;
  /** The head, its predecessor, and so on, as far as versions and signed markers show. */
  readonly chain: readonly TokenId[];
  /** Somebody moved AWSCURRENT back, or set a value by hand. */
  readonly isRolledBack: boolean;
  /** The secret holds the access token that the worker logs in with. */
  readonly isOwnAccessToken: boolean;
  /** The same token is the head of another secret too. */
  readonly isShared: boolean;
}

/**
 * The lineages of an application: one for each secret that a listed token belongs to or would get. They are generated one at a
 * time, so that not all of a hundred thousand are in memory.
 */
export function* resolveLineages(snapshot: Snapshot, places: Places, now: Date): Generator<Lineage, void> {
  const members = new Map<SecretName, Member[]>();
  const add = (secretName: SecretName, member: Member) => {
    const others = members.get(secretName);
    if (others === undefined) members.set(secretName, [member]);
    else others.push(member);
  };
  for (const token of snapshot.tokens.values()) {
    const place = places.get(token.id);
    if (place?.kind === "member") {
      const isShared = place.secretNames.length > 1;
      for (const secretName of place.secretNames) add(secretName, { token, isShared });
    } else if (place?.kind === "root") {
      const root = { token, isShared: false, origin: place.origin };
      // A dead root has only its name in common with a live token.
      if (isLive(token, now) || place.origin.kind === "moved") add(place.secretName, root);
      else yield build(snapshot, place.secretName, [root], undefined);
    }
  }
  for (const [secretName, tokens] of members) {
    yield build(snapshot, secretName, tokens, snapshot.secrets.get(secretName));
  }
}

/** A token of a lineage. If it has `origin`, it is a root. */
interface Member {
  readonly token: ListedToken;
  readonly isShared: boolean;
  readonly origin?: Origin;
}

function build(
  snapshot: Snapshot,
  secretName: SecretName,
  all: readonly Member[],
  reading: SecretReading | undefined,
): Lineage {
  const members = all.map(({ token }) => token);
  const versions = ownVersions(snapshot, reading);
  const secret = secretIn(reading);
  const marked = new Set(
    members.filter((token) => isMarkedFor(secretName, secret, token)).map(({ id }) => id),
  );
  const isOwnAccessToken = secret?.arn === snapshot.login.arn;
  const ownId = isOwnAccessToken ? snapshot.ownId : undefined;
  const head = headOf(snapshot, versions, all, ownId);
  const replaced = replacedIds(versions, members);
  const inState = (state: VersionState) => versions.filter((version) => stateOf(version, replaced) === state);
  const staged = inState("staged").map((version) => ({
    version,
    token: findToken(snapshot, version.stamp.tokenId),
  }));
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const isStaged = new Set(staged.map(({ version }) => version.stamp.tokenId));
  const roleOf = (token: ListedToken) => {
    const { id, discardedAt } = token;
    if (id === head?.tokenId) return "head";
    if (isStaged.has(id)) return "staged";
    // Its string may have been stored. Once the worker has deactivated it, that was certain.
    if (discardedAt === undefined && !isOnRecord(reading, token, snapshot)) return "superseded";
    return marked.has(id) && !held.has(id) && !replaced.has(id) ? "orphan" : "superseded";
  };
  return {
    secretName,
    reading,
    secret,
    head,
    currentVersionId: secret && holderOf(secret, AWSCURRENT),
    unannounced: inState("unannounced")[0],
    unsettled: inState("unsettled"),
    staged,
    orphans: members.filter((token) => roleOf(token) === "orphan"),
    superseded: members.filter((token) => roleOf(token) === "superseded"),
    madeHere: held.union(marked),
    provenHere: provenIds(secret, versions, [
      ...members,
      ...staged.flatMap(({ token }) => (token === undefined ? [] : [token])),
    ]),
    replacedElsewhere: new Set(
      members
        .filter(({ id }) =>
          secretsOfSuccessors(snapshot)
            .get(id)
            ?.some((arn) => arn !== secret?.arn),
        )
        .map(({ id }) => id),
    ),
    isSearched: isSearched(reading),
    chain: chainOf(head, versions, members),
    isRolledBack: isRolledBack(head, versions),
    isOwnAccessToken,
    isShared: all.some(({ token, isShared }) => isShared && token.id === head?.tokenId),
  };
}

/** For each token, the secrets of all that say that they replaced it, truly or not. */
const secretsOfSuccessors = remembered(({ tokens }: Snapshot): ReadonlyMap<TokenId, readonly SecretArn[]> => {
  const found = new Map<TokenId, SecretArn[]>();
  for (const { marker } of tokens.values()) {
    if (typeof marker !== "object") continue;
    const arns = found.get(marker.replacedId);
    if (arns === undefined) found.set(marker.replacedId, [marker.secretArn]);
    else arns.push(marker.secretArn);
  }
  return found;
});

/** Tokens with two independent proofs: nobody can edit the id of a version, and nobody else can sign a marker. */
function provenIds(
  secret: SecretState | undefined,
  versions: readonly StampedVersion[],
  members: readonly ListedToken[],
): ReadonlySet<TokenId> {
  const replacedBy = new Map(versions.map(({ stamp }) => [stamp.tokenId, stamp.replacedId]));
  const proven = members.filter((token) => {
    const marker = signedMarker(token);
    return marker?.secretArn === secret?.arn && marker?.replacedId === replacedBy.get(token.id);
  });
  return new Set(proven.filter(({ id }) => replacedBy.has(id)).map(({ id }) => id));
}

/** The progress of the rotation that created a version. Its label stays until everything is done. */
type VersionState = "staged" | "unannounced" | "unsettled" | "settled";

function stateOf({ labels, stamp }: StampedVersion, replaced: ReadonlySet<TokenId>): VersionState {
  if (!labels.includes(rotatingLabel(stamp.tokenId))) return "settled";
  if (labels.includes(AWSCURRENT)) return "unannounced";
  // A version that was replaced had been current, whatever its labels are now.
  return labels.includes(AWSPREVIOUS) || replaced.has(stamp.tokenId) ? "unsettled" : "staged";
}

function headOf(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
  members: readonly Member[],
  ownId: TokenId | undefined,
): Head | undefined {
  const roots = members.flatMap(({ token, origin }) =>
    origin === undefined ? [] : [{ kind: "root" as const, tokenId: token.id, token, origin }],
  );
  const version = standingVersion(snapshot, versions);
  // A token that moves back to an earlier secret continues from there.
  const moved = roots.find(({ origin }) => origin.kind === "moved");
  if (moved !== undefined) return moved;
  if (version === undefined) return roots[0] ?? unmanaged(versions, members);
  const { tokenId } = version.stamp;
  const kind = version.labels.includes(AWSCURRENT) ? "current" : "displaced";
  // A person has stored another access token, or gone back to an earlier one. The string itself shows which.
  const stored =
    kind === "displaced" && tokenId !== ownId ? members.find((one) => one.token.id === ownId) : undefined;
  if (stored !== undefined) {
    const { token, origin = { kind: "plain" } } = stored;
    return { kind: "root", tokenId: token.id, token, origin };
  }
  return { kind, tokenId, token: findToken(snapshot, tokenId), version };
}

/** The token that an unfinished first rotation replaces. */
function unmanaged(versions: readonly StampedVersion[], members: readonly Member[]): Head | undefined {
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const token = members.find(({ token }) => !held.has(token.id) && signedMarker(token) === undefined)?.token;
  return token && { kind: "root", tokenId: token.id, token, origin: { kind: "plain" } };
}

/**
 * Whether the marker is signed for this secret, and not for an earlier or another one with the same name. If the secret was not
 * read, only the names are compared.
 */
function isMarkedFor(secretName: SecretName, secret: SecretState | undefined, token: ListedToken): boolean {
  const marker = signedMarker(token);
  if (marker === undefined) return false;
  return secret === undefined
    ? secretNameOf(marker.secretArn) === secretName
    : marker.secretArn === secret.arn;
}

function replacedIds(
  versions: readonly StampedVersion[],
  members: readonly ListedToken[],
): ReadonlySet<TokenId> {
  const markers = members.flatMap((token) => signedMarker(token)?.replacedId ?? []);
  return new Set([...markers, ...versions.map(({ stamp }) => stamp.replacedId)]);
}

function chainOf(
  head: Head | undefined,
  versions: readonly StampedVersion[],
  members: readonly ListedToken[],
): readonly TokenId[] {
  const predecessors = new Map<TokenId, TokenId>();
  for (const { stamp } of versions) predecessors.set(stamp.tokenId, stamp.replacedId);
  // Somebody may have written a second version that names the same token.
  for (const token of members) {
    const marker = signedMarker(token);
    if (marker !== undefined) predecessors.set(token.id, marker.replacedId);
  }
  return head === undefined ? [] : [...chainFrom(head.tokenId, predecessors)];
}

/** The previous version replaced the current one. Only a person can have moved the label back. */
function isRolledBack(head: Head | undefined, versions: readonly StampedVersion[]): boolean {
  if (head?.kind === "displaced") return true;
  const previous = versions.find(({ labels }) => labels.includes(AWSPREVIOUS));
  return head !== undefined && previous?.stamp.replacedId === head.tokenId;
}
