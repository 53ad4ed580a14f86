import * as v from "valibot";
import { SecretArn } from "./secret.ts";
import { type ApiToken, type ApplicationId, type RunId, TokenId } from "./token.ts";

/**
 * Why a token is ordered: the token that it replaces, the secret for its string, and its expiry. Both dates are by Losant's
 * clock.
 */
export interface Intent {
  readonly replacedId: TokenId;
  readonly secretArn: SecretArn;
  readonly run: RunId;
  /** The id in `policy.tokens` that decides its policy, so that it also decides those of all successors. */
  readonly policyId?: TokenId | undefined;
  readonly orderedAt: Date;
  readonly expiresAt: Date | undefined;
}

/** A marker in a token's description. Anybody can write one: only its signature proves something. */
export interface Marker {
  readonly replacedId: TokenId;
  readonly secretArn: SecretArn;
  readonly run: string;
  readonly policyId?: TokenId | undefined;
  /** Absent in markers of older versions, which didn't sign them. */
  readonly seal?: Seal;
}

interface Seal {
  readonly orderedAt: Date;
  readonly expiresAt: Date | undefined;
  readonly mac: string;
}

/**
 * Signs markers: HMAC-SHA256 with a key that HKDF derives from the string of an access token, for one account, region and
 * prefix.
 */
export interface MarkerKey {
  /** In hexadecimal digits. */
  mac(text: string): string;
  /** Everything in the payload of that access token that looks like an id. */
  readonly claimedIds: readonly TokenId[];
  /** If it is the access token of a user: what may be the user's id, which its payload may also contain. */
  readonly userIds?: readonly string[];
}

/** The key of an access token that was used before. */
export interface KeptKey extends MarkerKey {
  /** False if a person replaced the access token and Losant rejects it: anybody who has found its string could sign with it. */
  readonly isTrusted: boolean;
}

/** `damaged`: the beginning of a marker is there, but no complete one. */
export type MarkerReading = Marker | "damaged" | undefined;

const OPENING = "[losant-token-rotation";
const MARKER =
  /^\[losant-token-rotation replaces=([a-f\d]{24}) secret=(\S+) run=([\w-]+)(?:(?: policy=([a-f\d]{24}))? ordered=(\S+) expires=(\S+) mac=([a-f\d]{64}))?\]$/;
const NOTICE = /^\[losant-token-rotation discarded=(\S+) mac=([a-f\d]{64})\]$/;
/** apiTokenPost.json: description, maxLength. */
const MAX_DESCRIPTION = 32_767;
/** How many markers of one description are read. Only one can be the worker's. */
const MAX_MARKERS = 10;

/** All markers of a description, because people add lines and copy them from one token to another. */
export function readMarkers(description: string): readonly (Marker | "damaged")[] {
  const lines = linesOf(description).map((line) => line.trim());
  return lines
    .filter((line) => line.includes(OPENING) && !NOTICE.test(line))
    .slice(0, MAX_MARKERS)
    .map(readLine);
}

function readLine(line: string): Marker | "damaged" {
  const [, replaced, arn, run, policy, ordered, expires, mac] = MARKER.exec(line) ?? [];
  const secretArn = v.safeParse(SecretArn, arn);
  const replacedId = v.safeParse(TokenId, replaced);
  const policyId = v.safeParse(v.optional(TokenId), policy);
  if (!secretArn.success || !replacedId.success || !policyId.success || run === undefined) return "damaged";
  const marker = {
    replacedId: replacedId.output,
    secretArn: secretArn.output,
    run,
    ...(policyId.output !== undefined && { policyId: policyId.output }),
  };
  if (ordered === undefined || expires === undefined || mac === undefined) return marker;
  const orderedAt = momentIn(ordered);
  const expiresAt = expires === "never" ? undefined : momentIn(expires);
  if (orderedAt === undefined || (expires !== "never" && expiresAt === undefined)) return "damaged";
  return { ...marker, seal: { orderedAt, expiresAt, mac } };
}

/** Only in the format that this file writes. */
function momentIn(text: string): Date | undefined {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text ? at : undefined;
}

/** How much a token's creation date and the date in its order may differ. */
const ORDER_TOLERANCE_MS = 15 * 60_000;

/**
 * Whether this worker wrote the marker, with this key, for this token: the signature includes facts of the token that nobody
 * can edit. It doesn't include name and scope, because an orphan that was renamed must stay provable.
 * `knowsCreators`: Losant's `creatorId` is the id of the access token that created a token.
 */
export function isSignedFor(
  token: ApiToken,
  { seal, ...said }: Marker,
  applicationId: ApplicationId,
  key: MarkerKey,
  knowsCreators: boolean,
): boolean {
  if (seal === undefined) return false;
  const { createdAt, creatorId } = token;
  const { claimedIds, userIds = [] } = key;
  const isByOther =
    knowsCreators &&
    creatorId !== undefined &&
    claimedIds.length > 0 &&
    !claimedIds.some((id) => id === creatorId);
  return (
    isCreatedThroughApi(token, userIds) &&
    !isByOther &&
    Math.abs(createdAt.getTime() - seal.orderedAt.getTime()) <= ORDER_TOLERANCE_MS &&
    isSameExpiry(token.expiresAt, seal.expiresAt) &&
    key.mac(signedText({ ...said, ...seal }, applicationId)) === seal.mac
  );
}

/**
 * Whether an access token can have created it. `userIds`: the ids in the payloads of access tokens of a user. Losant may call the
 * creator of a token that was created with such an access token that user, and no other person has one of these ids.
 */
export function isCreatedThroughApi(
  { creatorType = "apiToken", creatorId }: Pick<ApiToken, "creatorType" | "creatorId">,
  userIds: Iterable<string>,
): boolean {
  if (creatorType === "apiToken") return true;
  return creatorType === "user" && [...userIds].some((id) => id === creatorId);
}

/** Losant documents no precision: a date may come back rounded down to the second or to the minute. */
function isSameExpiry(expiresAt: Date | undefined, ordered: Date | undefined): boolean {
  if (expiresAt === undefined || ordered === undefined) return expiresAt === ordered;
  return [1, 1_000, 60_000].some(
    (unit) => expiresAt.getTime() === Math.floor(ordered.getTime() / unit) * unit,
  );
}

type Claims = Omit<Intent, "run"> & { readonly run: string };

function claimsText({ replacedId, secretArn, run, policyId, orderedAt, expiresAt }: Claims): string {
  const expires = expiresAt?.toISOString() ?? "never";
  const policy = policyId === undefined ? "" : ` policy=${policyId}`;
  return `replaces=${replacedId} secret=${secretArn} run=${run}${policy} ordered=${orderedAt.toISOString()} expires=${expires}`;
}

const signedText = (claims: Claims, applicationId: ApplicationId) => `${applicationId} ${claimsText(claims)}`;

/** The description of a successor: the human text of its predecessor, shortened to fit, then the signed marker. */
export function describeSuccessor(
  predecessorDescription: string,
  intent: Intent,
  applicationId: ApplicationId,
  key: MarkerKey,
): string {
  const mac = key.mac(signedText(intent, applicationId));
  return withLine(humanText(predecessorDescription), `${OPENING} ${claimsText(intent)} mac=${mac}]`);
}

/** The description of a token, with a line that says when the worker deactivated it to delete it later. */
export function describeDiscarded(
  token: ApiToken,
  discardedAt: Date,
  applicationId: ApplicationId,
  key: MarkerKey,
): string {
  const lines = linesOf(token.description).filter((line) => !NOTICE.test(line.trim()));
  const discarded = discardedAt.toISOString();
  const mac = key.mac(noticeText(token.id, discarded, applicationId));
  return withLine(lines.join("\n").trimEnd(), `${OPENING} discarded=${discarded} mac=${mac}]`, "start");
}

/**
 * When the worker deactivated it, from a line that one of these keys signed for this token. The latest, if there are
 * several.
 */
export function discardedSince(
  { id, description }: ApiToken,
  applicationId: ApplicationId,
  keys: readonly MarkerKey[],
): Date | undefined {
  const moments = linesOf(description)
    .map((line) => NOTICE.exec(line.trim()))
    .filter((notice) => notice !== null)
    .slice(-MAX_MARKERS)
    .flatMap(([, discarded = "", mac]) => {
      const at = momentIn(discarded);
      const isSigned = keys.some((key) => key.mac(noticeText(id, discarded, applicationId)) === mac);
      return at !== undefined && isSigned ? [at.getTime()] : [];
    });
  return moments.length === 0 ? undefined : new Date(Math.max(...moments));
}

/** Whether there is such a line, whoever wrote it. */
export function hasNotice(description: string): boolean {
  return linesOf(description).some((line) => NOTICE.test(line.trim()));
}

const noticeText = (id: TokenId, discarded: string, applicationId: ApplicationId) =>
  `${applicationId} ${id} discarded=${discarded}`;

function humanText(description: string): string {
  return linesOf(description)
    .filter((line) => !line.includes(OPENING))
    .join("\n")
    .trimEnd();
}

/** Adds a line. If the text is too long, its end is cut off, or its start if the end is more important. */
function withLine(text: string, line: string, cut: "end" | "start" = "end"): string {
  const room = MAX_DESCRIPTION - line.length - 1;
  const kept = (cut === "end" ? text.slice(0, room) : text.slice(-room)).toWellFormed();
  return kept === "" ? line : `${kept}\n${line}`;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
