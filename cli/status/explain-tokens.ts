import * as v from "valibot";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import { stampOf, VersionId } from "../../lambda/model/secret.ts";
import { type ApiToken, isExpired, type TokenId } from "../../lambda/model/token.ts";
import { relative } from "../terminal/words.ts";
import type { Row } from "./row.ts";

/** One token of a lineage: a title and what is known of it, each a sentence. */
export interface TokenExplanation {
  readonly tokenId: TokenId;
  readonly title: string;
  readonly sentences: readonly string[];
}

/** The tokens of one lineage, oldest first. `rows` are all of them; `chain` leads from the head backwards. */
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
        sentences: ["It is named as a predecessor only: Losant does not list it any more."],
      };
    const heir = heirs.get(tokenId)?.find(({ role }) => role !== "orphan" && role !== "staged");
    const sentences = [birthOf(row, called), storageOf(row), fateOf(row, heir, called, now)];
    return { tokenId, title: titleOf(row, index, now), sentences: sentences.filter((said) => said !== "") };
  });
}

/** The chain says who came before whom, also of tokens that are gone; all others stand where their dates put them. */
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

/** Version ids outrank markers, since nobody edits them; a marker without a signature says nothing. */
function replacedBy({ secret, token }: Row): TokenId | undefined {
  const versionId = v.safeParse(VersionId, secret?.versionId);
  const stamp = versionId.success ? stampOf(versionId.output) : undefined;
  return stamp?.replacedId ?? (token && signedMarker(token)?.replacedId);
}

function titleOf({ token, tokenId, isLive, isUnreadable }: Row, index: number, now: Date): string {
  const number = `${index + 1}  ${tokenId}`;
  if (token === undefined) return `${number}  ${isUnreadable ? "unreadable" : "gone"}`;
  if (isLive && token.expiresAt === undefined) return `${number}  works, and never expires`;
  if (token.expiresAt === undefined) return `${number}  ${token.status}`;
  const ends = isExpired(token, now) ? "expired" : "expires";
  const state = token.status === "inactive" ? "inactive, " : "";
  return `${number}  ${state}${ends} ${relative(token.expiresAt, now)} (${day(token.expiresAt)})`;
}

function birthOf(row: Row, called: (id: TokenId) => string): string {
  const { token } = row;
  if (row.isUnreadable) return "Losant lists it in a way that can't be read.";
  if (token === undefined) return "Losant does not have it any more: somebody deleted it.";
  const replaced = replacedBy(row);
  if (replaced === undefined) return `Made on ${day(token.createdAt)} ${makerOf(token)}.`;
  const marker = signedMarker(token);
  const run = marker === undefined ? "" : `, in run ${marker.run}`;
  return `Made on ${day(token.createdAt)} by the worker${run}, to replace ${called(replaced)}.`;
}

function makerOf({ creatorType }: ApiToken): string {
  if (creatorType === "user") return "by a person";
  if (creatorType === "apiToken") return "through the API";
  return creatorType === undefined
    ? "by somebody"
    : `by ${/^[aeiou]/i.test(creatorType) ? "an" : "a"} ${creatorType}`;
}

function storageOf({ secret, role }: Row): string {
  if (secret === undefined || role === "stray") return "No secret here is known to be its own.";
  const { state, versionId, labels, currentVersionId } = secret;
  if (state === "unreadable") return "Its secret can't be read.";
  if (state === "not-asked")
    return "Nothing is due here, so no secret was looked at; its first rotation makes one.";
  if (versionId !== undefined) {
    const carries =
      labels.length === 0
        ? "no label any more"
        : `the ${labels.length > 1 ? "labels" : "label"} ${labels.join(", ")}`;
    return `Its string is version ${versionId}, with ${carries}.`;
  }
  if (state === "absent") return "There is no such secret yet.";
  if (role === "orphan") return "Its string is stored nowhere.";
  if (role === "root" && currentVersionId !== undefined)
    return "AWSCURRENT of its secret was set by hand: whether to this token's string, the worker does not look.";
  return role === "root"
    ? "Its secret is still empty."
    : "Its string is in none of the secret's labelled versions.";
}

function fateOf(row: Row, heir: Row | undefined, called: (id: TokenId) => string, now: Date): string {
  const { role, isLive, token, drift } = row;
  if (role === "current")
    return drift.includes("rolled-back")
      ? "The lineage stands on it again: somebody moved AWSCURRENT back to it."
      : "The lineage stands on it.";
  if (role === "displaced")
    return "The lineage stood on it, until somebody set a value of AWSCURRENT by hand.";
  if (role === "root") return "The lineage stands on it; the worker has never rotated it.";
  if (role === "staged") return "It is stored and was never promoted: its rotation has begun and not ended.";
  if (role === "orphan") return "The run that made it ended before it was stored.";
  if (role === "stray" || token === undefined) return "";
  const works = isLive ? "It still works" : "It does not work any more";
  const until = isLive && token.expiresAt !== undefined ? `, until ${day(token.expiresAt)}` : "";
  if (drift.includes("two-live-tokens"))
    return `${works}${until}, and what the lineage stands on did not replace it.`;
  return `${successionOf(heir, called, now)}${works}${until}.`;
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
