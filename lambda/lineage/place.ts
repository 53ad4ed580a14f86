import type { RotationError } from "../model/errors.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { Selection } from "../policy/request.ts";
import type { Claims, Move } from "./claims.ts";
import type { Snapshot } from "./snapshot.ts";

/** Where a listed token belongs. */
export type Place =
  /** By versions, or by its signed marker: to one secret, or to each in which it is current. */
  | { readonly kind: "member"; readonly secretNames: readonly SecretName[] }
  /** To none yet: this is the one that its successor would get. It need not exist. */
  | { readonly kind: "root"; readonly secretName: SecretName; readonly origin: Origin }
  /** `isCovered`: a live token says that it replaced this one; a hint, which ends warnings and nothing else. */
  | { readonly kind: "stray"; readonly reason: StrayReason; readonly isCovered?: boolean }
  | { readonly kind: "failed"; readonly error: RotationError };

export type Places = ReadonlyMap<TokenId, Place>;

/** What is known of a token that belongs to no secret yet. */
export type Origin =
  /** A person's, or of software other than this. */
  | { readonly kind: "plain" }
  /** This worker's, from a secret that the configuration no longer names, or that is gone. */
  | { readonly kind: "moved"; readonly former: SecretArn }
  /** Made through the API, and nothing says by whom. `unsearched`: not every version that might say it was looked at. */
  | { readonly kind: "unexplained" | "unsearched" };

export type StrayReason = "foreign" | "unproven" | "marker-unknown" | "superseded";

/** What is asked while places are looked for. */
export interface Inquiry {
  readonly snapshot: Snapshot;
  readonly claims: Claims;
  /** By former secret, each found once. */
  readonly moves: Map<SecretArn, Move>;
  readonly selection: Selection;
  readonly now: Date;
}
