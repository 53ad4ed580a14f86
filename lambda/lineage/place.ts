import type { RotationError } from "../model/errors.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { Selection } from "../policy/request.ts";
import type { Claims, Move } from "./claims.ts";
import type { ListedToken, Snapshot } from "./snapshot.ts";

/** Where a listed token belongs. */
export type Place =
  /** To one secret, or to each in which it is current, by versions or by its signed marker. */
  | { readonly kind: "member"; readonly secretNames: readonly SecretName[] }
  /** To no secret yet. Its successor would go into this one, which may not exist. */
  | { readonly kind: "root"; readonly secretName: SecretName; readonly origin: Origin }
  /** `isCovered`: a live token says that it replaced this one. This is a hint that only stops warnings. */
  | { readonly kind: "stray"; readonly reason: StrayReason; readonly isCovered?: boolean }
  | { readonly kind: "failed"; readonly error: RotationError };

export type Places = ReadonlyMap<TokenId, Place>;

/** What is known about a token that belongs to no secret yet. */
export type Origin =
  /** Created by a person or by other software. */
  | { readonly kind: "plain" }
  /** Created by this worker, for a secret that the configuration no longer names or that no longer exists. */
  | {
      readonly kind: "moved";
      readonly former: SecretArn;
      /** The live token that it replaced. Consumers may still use that one, if the rotation was never finished. */
      readonly predecessor?: ListedToken | undefined;
    }
  /** Created through the API, and it is unknown by whom. `unsearched`: not all versions that may name it were read. */
  | { readonly kind: "unexplained" | "unsearched" };

export type StrayReason = "foreign" | "unproven" | "marker-unknown" | "superseded";

/** The data for finding places. */
export interface Inquiry {
  readonly snapshot: Snapshot;
  readonly claims: Claims;
  /** By former secret, each calculated once. */
  readonly moves: Map<SecretArn, Move>;
  readonly selection: Selection;
  readonly now: Date;
}
