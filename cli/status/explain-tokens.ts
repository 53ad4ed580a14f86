import * as v from "valibot";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import type { Evidence } from "../../lambda/lineage/reads.ts";
import { stampOf, VersionId } from "../../lambda/model/secret.ts";
import { type ApiToken, isExpired, type TokenId } from "../../lambda/model/token.ts";
import { relative } from "../terminal/words.ts";
import type { Row } from "./row.ts";

/** One token of a lineage: a title, and a sentence for each fact. */
export interface TokenExplanation {
  readonly tokenId: TokenId;
  readonly title: string;
  readonly sentences: readonly string[];
}

/** The tokens of one lineage, oldest first. `rows` has all of them; `chain` goes from the head to its predecessors. */
export function tokenExplanations(
  rows: readonly Row[],
  chain: readonly TokenId[],
  now: Date,
): readonly TokenExplanation[] {
  const byId = new Map(rows.map((row) => [row.tokenId, row]));
  const order = inOrderOfBirth(byId, chain);
  const called = (id: TokenId) => (order.includes(id) ? `${order.indexOf(id) + 1} (${id})` : id);
  const heirs = new Map<TokenId, Row[]>();
  for (const row of rows) {
    const replaced = replacedBy(row);
    if (replaced !== undefined) heirs.set(replaced, [...(heirs.get(replaced) ?? []), row]);
  }
  return order.map((tokenId, index): TokenExplanation => {
    const row = byId.get(tokenId);
    if (row === undefined)
      return {
        tokenId,
        title: `${index + 1}  ${tokenId}  gone`,
        sentences: ["Losant doesn't list it any more. It is known only as a predecessor."],
      };
    const heir = heirs.get(tokenId)?.find(({ role }) => role !== "orphan" && role !== "staged");
    const sentences = [birthOf(row, called), storageOf(row), fateOf(row, heir, called, now)];
    return { tokenId, title: titleOf(row, index, now), sentences: sentences.filter((said) => said !== "") };
  });
}

/** The chain has the order of tokens, including deleted ones. All others are placed by date of creation. */
function inOrderOfBirth(rows: ReadonlyMap<TokenId, Row>, chain: readonly TokenId[]): readonly TokenId[] {
  const bornAt = (id: TokenId) => rows.get(id)?.token?.createdAt.getTime();
  const order = chain.toReversed();
  const others = [...rows.keys()].filter((id) => !chain.includes(id));
  for (const id of others.toSorted((one, other) => (bornAt(one) ?? 0) - (bornAt(other) ?? 0))) {
    const born = bornAt(id) ?? Number.POSITIVE_INFINITY;
    const at = order.findIndex((other) => (bornAt(other) ?? Number.NEGATIVE_INFINITY) > born);
    order.splice(at < 0 ? order.length : at, 0, id);
  }
  return order;
}

/** Version ids have priority over markers, because nobody can edit them. An unsigned marker proves nothing. */
function replacedBy({ secret, token }: Row): TokenId | undefined {
  const versionId = v.safeParse(VersionId, secret?.versionId);
  const stamp = versionId.success ? stampOf(versionId.output) : undefined;
  return stamp?.replacedId ?? (token && signedMarker(token)?.replacedId);
}

function titleOf({ token, tokenId, isLive, isUnreadable }: Row, index: number, now: Date): string {
  const number = `${index + 1}  ${tokenId}`;
  if (token === undefined) return `${number}  ${isUnreadable ? "unreadable" : "gone"}`;
  if (isLive && token.expiresAt === undefined) return `${number}  works, never expires`;
  if (token.expiresAt === undefined) return `${number}  ${token.status}`;
  const ends = isExpired(token, now) ? "expired" : "expires";
  const state = token.status === "inactive" ? "inactive, " : "";
  return `${number}  ${state}${ends} ${relative(token.expiresAt, now)} (${day(token.expiresAt)})`;
}

function birthOf(row: Row, called: (id: TokenId) => string): string {
  const { token } = row;
  if (row.isUnreadable) return "Losant's entry for it can't be read.";
  if (token === undefined) return "Losant doesn't have it any more: somebody deleted it.";
  const replaced = replacedBy(row);
  if (replaced === undefined) return `Created on ${day(token.createdAt)} ${makerOf(token)}.`;
  const marker = signedMarker(token);
  const run = marker === undefined ? "" : `, in run ${marker.run}`;
  return `Created on ${day(token.createdAt)} by the worker${run}, to replace ${called(replaced)}.`;
}

function makerOf({ creatorType }: ApiToken): string {
  if (creatorType === "user") return "by a person";
  if (creatorType === "apiToken") return "through the API";
  return creatorType === undefined
    ? "by somebody"
    : `by ${/^[aeiou]/i.test(creatorType) ? "an" : "a"} ${creatorType}`;
}

function storageOf({ secret, role }: Row): string {
  if (secret === undefined || role === "stray") return "It belongs to no known secret.";
  const { state, versionId, labels, currentVersionId } = secret;
  if (state === "unreadable") return "Its secret can't be read.";
  if (state === "not-asked")
    return "It isn't due, so its secret was not read. Its first rotation creates the secret if there is none.";
  if (versionId !== undefined) {
    const carries =
      labels.length === 0
        ? "no staging label any more"
        : `the staging ${labels.length > 1 ? "labels" : "label"} ${labels.join(", ")}`;
    return `Its string is in version ${versionId}, which has ${carries}.`;
  }
  if (state === "absent") return "Its secret doesn't exist yet.";
  if (role === "orphan") return "Its string is stored nowhere.";
  if (role === "root" && currentVersionId !== undefined)
    return "Somebody set AWSCURRENT of its secret by hand. The worker doesn't read the value, so it can't know whether it is this token's string.";
  return role === "root"
    ? "Its secret is still empty."
    : "No version of the secret with a staging label has its string.";
}

const READ = {
  read: "Consumers have read it since it became current.",
  unread: "Nobody has read it since it became current.",
  unknown: "It isn't known whether consumers have read it since it became current.",
} as const satisfies Record<Evidence, string>;

function fateOf(row: Row, heir: Row | undefined, called: (id: TokenId) => string, now: Date): string {
  const { role, isLive, token, drift, read } = row;
  if (role === "current")
    return drift.includes("rolled-back")
      ? "It is the current token again: somebody moved AWSCURRENT back to it."
      : `It is the current token of its lineage.${read === undefined ? "" : ` ${READ[read]}`}`;
  if (role === "displaced")
    return "It was the current token of its lineage until somebody set AWSCURRENT by hand.";
  if (role === "root") return "It is the root of its lineage: the worker has never rotated it.";
  if (role === "staged") return "It is stored, but isn't current: its rotation was started and not finished.";
  if (role === "orphan") return "The run that created it was interrupted before it stored the string.";
  if (role === "stray" || token === undefined) return "";
  const works = isLive ? "It still works" : "It doesn't work any more";
  const until = isLive && token.expiresAt !== undefined ? `, until ${day(token.expiresAt)}` : "";
  if (drift.includes("two-live-tokens"))
    return `${works}${until}, but the current token of its lineage didn't replace it.`;
  return `${successionOf(heir, called, now)}${works}${until}.${graceOf(row)}`;
}

function graceOf({ next }: Row): string {
  const end = next.find(({ retirementDate }) => retirementDate !== undefined)?.retirementDate;
  return end === undefined
    ? ""
    : ` Its grace period ends on ${day(new Date(end))}: then your policy retires it.`;
}

function successionOf(heir: Row | undefined, called: (id: TokenId) => string, now: Date): string {
  if (heir === undefined) return "";
  const { token, tokenId } = heir;
  if (token === undefined) return `Replaced by ${called(tokenId)}. `;
  return `Replaced by ${called(tokenId)} on ${day(token.createdAt)}, ${relative(token.createdAt, now)}. `;
}

export function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
