import { readMarker } from "../model/marker.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  rotatingLabel,
  type SecretName,
  type SecretState,
  type VersionId,
} from "../model/secret.ts";
import { type ApiToken, isLive, type TokenId } from "../model/token.ts";
import type { Memberships } from "./membership.ts";
import {
  findToken,
  ownVersions,
  type SecretReading,
  type Snapshot,
  type StampedVersion,
  standingVersion,
} from "./snapshot.ts";

/** The token that a lineage stands on now; `token` is absent where Losant has no such token any more. */
export type Head =
  /** Its version holds AWSCURRENT; or held it, until somebody set a value by hand (`displaced`). */
  | {
      readonly kind: "current" | "displaced";
      readonly tokenId: TokenId;
      readonly token: ApiToken | undefined;
      readonly version: StampedVersion;
    }
  /** No version of ours was ever current. */
  | { readonly kind: "root"; readonly tokenId: TokenId; readonly token: ApiToken };

/** A version that waits for its promotion. */
export interface Staged {
  readonly version: StampedVersion;
  readonly token: ApiToken | undefined;
}

/** The succession of tokens that fill one role; its identity is its secret. */
export interface Lineage {
  readonly secretName: SecretName;
  /** Undefined where nobody asked, since nothing here is due. */
  readonly reading: SecretReading | undefined;
  readonly head: Head | undefined;
  /** The version that holds AWSCURRENT, whoever made it: what a promotion takes it from. */
  readonly currentVersionId: VersionId | undefined;
  /** Versions of ours with an unkept promise: the current one owes its event, the previous ones only their label. */
  readonly unannounced: StampedVersion | undefined;
  readonly unsettled: readonly StampedVersion[];
  readonly staged: readonly Staged[];
  /** Made here for this secret, stored in no version, and nobody's predecessor. */
  readonly orphans: readonly ApiToken[];
  readonly superseded: readonly ApiToken[];
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
  const members = new Map<SecretName, ApiToken[]>();
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
  members: readonly ApiToken[],
  reading: SecretReading | undefined,
): Lineage {
  const versions = ownVersions(reading);
  const secret = reading?.kind === "described" ? reading.secret : undefined;
  const marked = new Set(members.filter((token) => isMarkedFor(secret, token)).map(({ id }) => id));
  const head = headOf(
    snapshot,
    versions,
    members.filter(({ id }) => !marked.has(id)),
  );
  const owed = versions.filter(({ labels, stamp }) => labels.includes(rotatingLabel(stamp.tokenId)));
  const unannounced = owed.find(({ labels }) => labels.includes(AWSCURRENT));
  const replaced = replacedIds(versions, members);
  // A version that was replaced had been current, whatever its labels say now.
  const unsettled = owed.filter(
    (version) =>
      version !== unannounced &&
      (version.labels.includes(AWSPREVIOUS) || replaced.has(version.stamp.tokenId)),
  );
  const staged = owed
    .filter((version) => version !== unannounced && !unsettled.includes(version))
    .map((version) => ({ version, token: findToken(snapshot, version.stamp.tokenId) }));
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const orphans = members.filter(
    ({ id }) => marked.has(id) && id !== head?.tokenId && !held.has(id) && !replaced.has(id),
  );
  const elsewhere = new Set([
    head?.tokenId,
    ...orphans.map(({ id }) => id),
    ...staged.map(({ version }) => version.stamp.tokenId),
  ]);
  return {
    secretName,
    reading,
    head,
    currentVersionId: secret && holderOf(secret, AWSCURRENT),
    unannounced,
    unsettled,
    staged,
    orphans,
    superseded: members.filter(({ id }) => !elsewhere.has(id)),
    madeHere: held.union(marked),
    chain: chainFrom(head, versions, members),
    isRolledBack: isRolledBack(head, versions),
    isOwnAccessToken: secret?.arn === snapshot.login.arn,
  };
}

function headOf(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
  unmarked: readonly ApiToken[],
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
function isMarkedFor(secret: SecretState | undefined, { description }: ApiToken): boolean {
  const marker = readMarker(description);
  return typeof marker === "object" && marker.secretArn === secret?.arn;
}

function replacedIds(
  versions: readonly StampedVersion[],
  members: readonly ApiToken[],
): ReadonlySet<TokenId> {
  const markers = members.flatMap(({ description }) => {
    const marker = readMarker(description);
    return typeof marker === "object" ? [marker.replacedId] : [];
  });
  return new Set([...markers, ...versions.map(({ stamp }) => stamp.replacedId)]);
}

function chainFrom(
  head: Head | undefined,
  versions: readonly StampedVersion[],
  members: readonly ApiToken[],
): readonly TokenId[] {
  const predecessors = new Map<TokenId, TokenId>();
  for (const { id, description } of members) {
    const marker = readMarker(description);
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
