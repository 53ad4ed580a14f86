import { RotationError } from "../model/errors.ts";
import { type ApiToken, isLive, type SecretName } from "../model/token.ts";
import { isForced, matches, type Selection } from "../policy/selection.ts";
import type { Place } from "./membership.ts";
import { secretNameFor } from "./secret-names.ts";
import { findToken, ownVersions, type Snapshot, standingVersion, tellingVersions } from "./snapshot.ts";

/** Where roots belong: to the secret of their name, each to one of its own where that is taken, or to a dead lineage. */
export function* placeRoots(
  snapshot: Snapshot,
  roots: readonly ApiToken[],
  selection: Selection,
  now: Date,
): Iterable<readonly [ApiToken, Place]> {
  const live = Map.groupBy(
    roots.filter((root) => isLive(root, now)),
    (root) => plainName(snapshot, root),
  );
  const isMapped = ({ name }: ApiToken) => snapshot.application.secrets.has(name);
  // Once for each name, not once for each of those that share it: there may be ten thousand.
  const ambiguities = new Map(
    [...live]
      .filter(([, rivals]) => rivals.length > 1 && rivals.some(isMapped))
      .map(([secretName, rivals]) => [secretName, ambiguous(rivals, secretName)] as const),
  );
  for (const root of roots) {
    const secretName = plainName(snapshot, root);
    const rivals = live.get(secretName) ?? [];
    const error = isLive(root, now) ? ambiguities.get(secretName) : undefined;
    if (error !== undefined) {
      yield [root, { kind: "failed", error }];
    } else if (snapshot.secrets.get(secretName)?.kind === "unreadable") {
      // What can't be read may hold any of them: a lineage of its own would be a second one.
      yield [root, { kind: "root", secretName }];
    } else if (tellingVersions(snapshot, snapshot.secrets.get(secretName)).length > 0) {
      const heir = isAdopted(snapshot, root, selection, now) && hasDeadCurrent(snapshot, secretName);
      yield [
        root,
        heir ? { kind: "member", secretName } : { kind: "root", secretName: distinctName(snapshot, root) },
      ];
    } else {
      yield [
        root,
        { kind: "root", secretName: rivals.length > 1 ? distinctName(snapshot, root) : secretName },
      ];
    }
  }
}

/** Naming one root, beyond doubt, with `force` makes it the heir of a lineage whose current token somebody ended. */
function isAdopted(snapshot: Snapshot, token: ApiToken, selection: Selection, now: Date): boolean {
  return isLive(token, now) && isForced(token, selection) && isUnmistakable(snapshot, token, selection);
}

/** Whether an entry of `tokens` means this token and no other. */
function isUnmistakable(snapshot: Snapshot, token: ApiToken, { tokens = [] }: Selection): boolean {
  return tokens.some(
    (entry) =>
      matches(token, entry) &&
      [...snapshot.tokens.values()].filter((other) => matches(other, entry)).length === 1,
  );
}

/** The current token of a lineage was deactivated or deleted by somebody. */
function hasDeadCurrent(snapshot: Snapshot, secretName: SecretName): boolean {
  const standing = standingVersion(snapshot, ownVersions(snapshot.secrets.get(secretName)));
  return standing !== undefined && findToken(snapshot, standing.stamp.tokenId)?.status !== "active";
}

/** Each of them carries the message. */
const MAX_RIVALS_NAMED = 10;

function ambiguous(rivals: readonly ApiToken[], secretName: SecretName): RotationError {
  const named = rivals
    .slice(0, MAX_RIVALS_NAMED)
    .map(({ id, name }) => `${JSON.stringify(name)} (${id})`)
    .join(" and ");
  const more = rivals.length > MAX_RIVALS_NAMED ? ` and ${rivals.length - MAX_RIVALS_NAMED} more` : "";
  return new RotationError(
    "secret-mapping-ambiguous",
    `the secret ${secretName} is meant for ${named}${more} alike`,
  );
}

export function plainName({ application, secretPrefix }: Snapshot, { name }: ApiToken): SecretName {
  return application.secrets.get(name) ?? secretNameFor(secretPrefix, application.id, name);
}

function distinctName({ application, secretPrefix }: Snapshot, { name, id }: ApiToken): SecretName {
  return secretNameFor(secretPrefix, application.id, name, id);
}
