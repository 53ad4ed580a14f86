import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  rotatingLabel,
  type SecretName,
  type SecretState,
  type VersionId,
} from "../model/secret.ts";
import { isLive, type TokenId } from "../model/token.ts";
import type { Memberships } from "./membership.ts";
import {
  findToken,
  type ListedToken,
  ownVersions,
  type SecretReading,
  type Snapshot,
  type StampedVersion,
  secretIn,
  standingVersion,
} from "./snapshot.ts";

/** The token that a lineage stands on now; `token` is absent where Losant has no such token any more. */
export type Head =
  /** Its version holds AWSCURRENT; or held it, until somebody set a value by hand (`displaced`). */
  | {
      readonly kind: "current" | "displaced";
      readonly tokenId: TokenId;
      readonly token: ListedToken | undefined;
      readonly version: StampedVersion;
    }
  /** No version of ours was ever current. */
  | { readonly kind: "root"; readonly tokenId: TokenId; readonly token: ListedToken };

/** A version that waits for its promotion. */
export interface Staged {
  readonly version: StampedVersion;
  readonly token: ListedToken | undefined;
}

/** The succession of tokens that fill one role; its identity is its secret. */
export interface Lineage {
  readonly secretName: SecretName;
  /** Undefined where nobody asked, since nothing here is due. */
  readonly reading: SecretReading | undefined;
  /** Where it could be described. */
  readonly secret: SecretState | undefined;
  readonly head: Head | undefined;
  /** The version that holds AWSCURRENT, whoever made it: what a promotion takes it from. */
  readonly currentVersionId: VersionId | undefined;
  /** Versions of ours whose rotation is unfinished: the current one owes its event, the previous ones only their label. */
  readonly unannounced: StampedVersion | undefined;
  readonly unsettled: readonly StampedVersion[];
  readonly staged: readonly Staged[];
  /** Made here for this secret, stored in no version, and nobody's predecessor. */
  readonly orphans: readonly ListedToken[];
  readonly superseded: readonly ListedToken[];
  /** Made by this worker for this secret, as versions or markers tell. */
  readonly madeHere: ReadonlySet<TokenId>;
  /** From the head backwards, as far as versions and markers tell. */
  readonly chain: readonly TokenId[];
  /** Somebody moved AWSCURRENT back, or set a value by hand. */
  readonly isRolledBack: boolean;
  /** It holds the credential that the worker itself logs in with. */
  readonly isOwnAccessToken: boolean;
}

/**
 * The lineages of an application: one for each secret that a listed token belongs to or would get. One after the other,
 * so that of a hundred thousand only those are in memory that somebody keeps.
 */
export function* resolveLineages(
  snapshot: Snapshot,
  places: Memberships,
  now: Date,
): Generator<Lineage, void> {
  const members = new Map<SecretName, ListedToken[]>();
  for (const token of snapshot.tokens.values()) {
    const place = places.get(token.id);
    if (place?.kind !== "member" && place?.kind !== "root") continue;
    const others = members.get(place.secretName);
    // A dead root shares nothing with a living token but the name.
    if (place.kind === "root" && !isLive(token, now))
      yield build(snapshot, place.secretName, [token], undefined);
    else if (others === undefined) members.set(place.secretName, [token]);
    else others.push(token);
  }
  for (const [secretName, tokens] of members) {
    yield build(snapshot, secretName, tokens, snapshot.secrets.get(secretName));
  }
}

function build(
  snapshot: Snapshot,
  secretName: SecretName,
  members: readonly ListedToken[],
  reading: SecretReading | undefined,
): Lineage {
  const versions = ownVersions(reading);
  const secret = secretIn(reading);
  const marked = new Set(members.filter((token) => isMarkedFor(secret, token)).map(({ id }) => id));
  const head = headOf(
    snapshot,
    versions,
    members.filter(({ id }) => !marked.has(id)),
  );
  const replaced = replacedIds(versions, members);
  const inState = (state: VersionState) => versions.filter((version) => stateOf(version, replaced) === state);
  const staged = inState("staged").map((version) => ({
    version,
    token: findToken(snapshot, version.stamp.tokenId),
  }));
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const isStaged = new Set(staged.map(({ version }) => version.stamp.tokenId));
  const roleOf = ({ id }: ListedToken) => {
    if (id === head?.tokenId) return "head";
    if (isStaged.has(id)) return "staged";
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
    chain: chainFrom(head, versions, members),
    isRolledBack: isRolledBack(head, versions),
    isOwnAccessToken: secret?.arn === snapshot.login.arn,
  };
}

/** How far the rotation that made a version has come: its label stays until all of it is done. */
type VersionState = "staged" | "unannounced" | "unsettled" | "settled";

function stateOf({ labels, stamp }: StampedVersion, replaced: ReadonlySet<TokenId>): VersionState {
  if (!labels.includes(rotatingLabel(stamp.tokenId))) return "settled";
  if (labels.includes(AWSCURRENT)) return "unannounced";
  // A version that was replaced had been current, whatever its labels say now.
  return labels.includes(AWSPREVIOUS) || replaced.has(stamp.tokenId) ? "unsettled" : "staged";
}

function headOf(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
  unmarked: readonly ListedToken[],
): Head | undefined {
  const version = standingVersion(snapshot, versions);
  if (version !== undefined) {
    const { tokenId } = version.stamp;
    const kind = version.labels.includes(AWSCURRENT) ? "current" : "displaced";
    return { kind, tokenId, token: findToken(snapshot, tokenId), version };
  }
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const root = unmarked.find(({ id }) => !held.has(id));
  return root && { kind: "root", tokenId: root.id, token: root };
}

/** A foreign token that was taken over carries a marker as well, but not for this secret. */
function isMarkedFor(secret: SecretState | undefined, { marker }: ListedToken): boolean {
  return typeof marker === "object" && marker.secretArn === secret?.arn;
}

function replacedIds(
  versions: readonly StampedVersion[],
  members: readonly ListedToken[],
): ReadonlySet<TokenId> {
  const markers = members.flatMap(({ marker }) => (typeof marker === "object" ? [marker.replacedId] : []));
  return new Set([...markers, ...versions.map(({ stamp }) => stamp.replacedId)]);
}

function chainFrom(
  head: Head | undefined,
  versions: readonly StampedVersion[],
  members: readonly ListedToken[],
): readonly TokenId[] {
  const predecessors = new Map<TokenId, TokenId>();
  for (const { id, marker } of members) {
    if (typeof marker === "object") predecessors.set(id, marker.replacedId);
  }
  for (const { stamp } of versions) predecessors.set(stamp.tokenId, stamp.replacedId);
  const chain: TokenId[] = [];
  // A description may be edited into a circle.
  for (let id = head?.tokenId; id !== undefined && !chain.includes(id); id = predecessors.get(id))
    chain.push(id);
  return chain;
}

/** The previous version replaced the current one: nobody but a person turns a promotion round. */
function isRolledBack(head: Head | undefined, versions: readonly StampedVersion[]): boolean {
  if (head?.kind === "displaced") return true;
  const previous = versions.find(({ labels }) => labels.includes(AWSPREVIOUS));
  return head !== undefined && previous?.stamp.replacedId === head.tokenId;
}
