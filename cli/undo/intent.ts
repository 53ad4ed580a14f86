import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  isReplica,
  type SecretState,
  type SecretVersion,
  stampOf,
  type VersionId,
} from "../../lambda/model/secret.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import { Refusal } from "../command/stops.ts";

/** What has to be done to undo the last rotation of a secret. */
export type Undo =
  /** AWSCURRENT goes back to the version that holds the predecessor's string. */
  | {
      readonly kind: "move";
      readonly predecessorId: TokenId;
      readonly successorId: TokenId;
      readonly from: VersionId;
      readonly to: VersionId;
      /** Somebody else stored that version before the first rotation. Nothing records whether it holds the predecessor's string. */
      readonly isForeign: boolean;
    }
  /** No version of the secret holds the predecessor's string. */
  | { readonly kind: "reactivate"; readonly predecessorId: TokenId; readonly successorId: TokenId }
  /** The rotation has already been undone. */
  | {
      readonly kind: "undone";
      readonly predecessorId: TokenId;
      readonly successorId: TokenId;
      readonly isForeign: boolean;
    };

/** The version ids show which token each version holds, and which token that one replaced. The staging labels show which version is current. */
export function undoOf(secret: SecretState, versions: readonly SecretVersion[]): Undo {
  refuseBlocked(secret);
  const [from, previous] = [holderOf(secret, AWSCURRENT), holderOf(secret, AWSPREVIOUS)];
  const current = from && stampOf(from);
  const before = previous && stampOf(previous);
  if (
    from !== undefined &&
    before !== undefined &&
    (current === undefined || before.replacedId === current.tokenId)
  )
    return {
      kind: "undone",
      predecessorId: before.replacedId,
      successorId: before.tokenId,
      isForeign: current === undefined,
    };
  if (from === undefined || current === undefined)
    throw new Refusal(
      `AWSCURRENT of ${secret.name} is not a version that the worker stored`,
      "There is no rotation to undo. Check the versions of the secret, and move AWSCURRENT by hand.",
    );
  const { replacedId: predecessorId, tokenId: successorId } = current;
  const own = versions.find(({ id }) => stampOf(id)?.tokenId === predecessorId)?.id;
  const to = own ?? (before === undefined ? previous : undefined);
  return to === undefined
    ? { kind: "reactivate", predecessorId, successorId }
    : { kind: "move", predecessorId, successorId, from, to, isForeign: own === undefined };
}

function refuseBlocked(secret: SecretState): void {
  const { name, deletedAt, owningService, primaryRegion } = secret;
  if (deletedAt !== undefined)
    throw new Refusal(
      `the secret ${name} is scheduled for deletion`,
      `Restore it first: aws secretsmanager restore-secret --secret-id ${name}`,
    );
  if (owningService !== undefined)
    throw new Refusal(`the secret ${name} belongs to ${owningService}`, "Undo the rotation in that service.");
  if (isReplica(secret))
    throw new Refusal(
      `the secret ${name} is a replica of a secret in ${primaryRegion}`,
      "Undo the rotation in that region.",
    );
}
