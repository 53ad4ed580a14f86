import { discardedSince, isSignedFor, type Marker, type MarkerKey, readMarkers } from "../model/marker.ts";
import { homeOf, sameHome } from "../model/secret.ts";
import type { ApiToken, ApplicationId, TokenId } from "../model/token.ts";
import type { Login } from "../ports.ts";
import type { ListedToken, Proof, Snapshot } from "./snapshot.ts";

/** What markers are judged by. */
export interface Judge {
  readonly applicationId: ApplicationId;
  readonly login: Login;
  readonly keys: readonly MarkerKey[];
  /** Whether all keys are there that there are to be had. */
  readonly isComplete: boolean;
}

/**
 * Every token with what its marker is worth. Of several with one signature only the one that was made first can be what
 * was ordered: the others are copies.
 */
export function judged(
  tokens: readonly ApiToken[],
  stored: ReadonlySet<TokenId>,
  judge: Judge,
): readonly ListedToken[] {
  const knowsCreators = !tokens.some((token) => stored.has(token.id) && isByUnexpectedCreator(token, judge));
  const first = new Map<string, ListedToken>();
  const all = tokens.map((token) => {
    const listed = judgedAlone(token, judge, knowsCreators);
    const mac = macOf(listed);
    const other = mac === undefined ? undefined : first.get(mac);
    if (mac !== undefined && (other === undefined || listed.createdAt < other.createdAt))
      first.set(mac, listed);
    return listed;
  });
  return all.map((token) => {
    const mac = macOf(token);
    return mac === undefined || first.get(mac) === token ? token : { ...token, proof: "unsigned" };
  });
}

/** Those of a snapshot once more, by other keys. */
export function judgedAnew({ tokens, lookups }: Snapshot, stored: ReadonlySet<TokenId>, judge: Judge) {
  const listed = judged([...tokens.values()], stored, judge);
  return {
    tokens: new Map(listed.map((token) => [token.id, token])),
    lookups: new Map(
      lookups.entries().map(([id, token]) => [id, token && judgedAlone(token, judge, true)] as const),
    ),
  };
}

export function judgedAlone(token: ApiToken, judge: Judge, knowsCreators: boolean): ListedToken {
  const { applicationId, keys, login, isComplete } = judge;
  const markers = readMarkers(token.description);
  const whole = markers.filter((marker) => marker !== "damaged");
  const signed = whole.find((marker) =>
    keys.some((key) => isSignedFor(token, marker, applicationId, key, knowsCreators)),
  );
  const [only, another] = whole;
  const isSealedHere = ({ seal, secretArn }: Marker) =>
    seal !== undefined && sameHome(homeOf(secretArn), homeOf(login.arn));
  const proof: Proof =
    signed !== undefined ? "signed" : !isComplete && whole.some(isSealedHere) ? "unknown" : "unsigned";
  const marker = signed ?? (another === undefined ? only : undefined);
  return {
    ...token,
    marker: marker ?? (markers.length > 0 ? "damaged" : undefined),
    proof,
    discardedAt: discardedSince(token, applicationId, keys),
  };
}

function macOf({ marker, proof }: ListedToken): string | undefined {
  return proof === "signed" && typeof marker === "object" ? marker.seal?.mac : undefined;
}

/** The worker made it, as its signature says, and Losant names somebody else: then `creatorId` means something else. */
function isByUnexpectedCreator(token: ApiToken, { applicationId, keys }: Judge): boolean {
  return readMarkers(token.description).some(
    (marker) =>
      marker !== "damaged" &&
      keys.some(
        (key) =>
          isSignedFor(token, marker, applicationId, key, false) &&
          !isSignedFor(token, marker, applicationId, key, true),
      ),
  );
}

/** What this worker wrote of why it made a token. */
export function signedMarker({ marker, proof }: ListedToken): Marker | undefined {
  return proof === "signed" && typeof marker === "object" ? marker : undefined;
}
