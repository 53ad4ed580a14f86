import pLimit from "p-limit";
import * as v from "valibot";
import { CALLS_AT_FIRST } from "../../lambda/limits.ts";
import { type Lineage, resolveLineages } from "../../lambda/lineage/lineage.ts";
import { placesOf } from "../../lambda/lineage/places.ts";
import { secretNameOfToken } from "../../lambda/lineage/roots.ts";
import type { Snapshot } from "../../lambda/lineage/snapshot.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { quoted } from "../../lambda/model/printable.ts";
import { type SecretName, type SecretState, type SecretVersion, stampOf } from "../../lambda/model/secret.ts";
import { isTokenId, ownerText, RunId } from "../../lambda/model/token.ts";
import { observe } from "../../lambda/observe/observe.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { matches } from "../../lambda/policy/request.ts";
import { Refusal } from "../command/stops.ts";
import type { Tools } from "../command/tools.ts";

/** The secret of the lineage that was asked for, with every version it has. */
export interface Found {
  readonly application: ApplicationConfig;
  readonly secret: SecretState;
  readonly versions: readonly SecretVersion[];
}

/** An application that could not be read. The token may be in it. */
export interface Unread {
  readonly application: ApplicationConfig;
  readonly error: RotationError;
}

/** What one application has of the token. */
interface Survey {
  readonly names: readonly string[];
  readonly isKnown: boolean;
  readonly isOrphan: boolean;
  readonly found: readonly Found[];
}

/**
 * The one lineage with a token of this id or name. If one of several applications can't be read, the others are still
 * searched, and `onUnread` is called for it.
 * @throws Refusal if there is no such lineage, or more than one; RotationError if the only application can't be read
 */
export async function findLineage(
  entry: string,
  applications: readonly ApplicationConfig[],
  tools: Tools,
  onUnread: (unread: Unread) => void = () => {},
): Promise<Found> {
  const limit = pLimit(CALLS_AT_FIRST);
  tools.secretLists.expect(applications.map(({ id }) => id));
  const results = await Promise.all(
    applications.map((application) => limit(() => surveyOrUnread(entry, application, tools))),
  );
  const unread = results.filter((result) => "error" in result);
  const [only] = unread;
  if (only !== undefined && applications.length === 1) throw only.error;
  for (const one of unread) onUnread(one);
  const surveys = results.filter((result) => "found" in result);
  const found = surveys.flatMap((survey) => survey.found);
  const [one, ...others] = found;
  if (one === undefined) throw notFound(entry, surveys, unread);
  if (others.length === 0) return one;
  const places = found.map(({ application, secret }) => `${secret.name} of ${ownerText(application)}`);
  throw new Refusal(
    `${quoted(entry)} matches tokens of several secrets: ${places.join(", ")}`,
    "Name the token by its id.",
  );
}

async function surveyOrUnread(
  entry: string,
  application: ApplicationConfig,
  tools: Tools,
): Promise<Survey | Unread> {
  try {
    return await survey(entry, application, tools);
  } catch (thrown) {
    if (!(thrown instanceof RotationError)) throw thrown;
    return { application, error: thrown };
  }
}

async function survey(entry: string, application: ApplicationConfig, tools: Tools): Promise<Survey> {
  const snapshot = await look(entry, application, tools);
  const lineages = lineagesOf(entry, snapshot, tools.clock.now());
  const found: Found[] = [];
  for (const name of secretsOf(entry, lineages, snapshot))
    found.push(...(await described(name, entry, snapshot, tools)));
  const tokens = [...snapshot.tokens.values()];
  return {
    names: tokens.map(({ name }) => name),
    isKnown: tokens.some((token) => matches(token, entry)),
    isOrphan: lineages.some(({ orphans }) => orphans.some((token) => matches(token, entry))),
    found,
  };
}

function notFound(entry: string, surveys: readonly Survey[], unread: readonly Unread[]): Refusal {
  if (surveys.some(({ isOrphan }) => isOrphan))
    return new Refusal(
      `${quoted(entry)} replaced no token: the run that created it stored its string nowhere`,
      "The worker deactivates such a token, and deletes it a week later. To keep it, set its status to active in Losant: the worker respects that.",
    );
  if (surveys.some(({ isKnown }) => isKnown))
    return new Refusal(
      `${quoted(entry)} was never rotated into a secret of this configuration`,
      "There is nothing to undo.",
    );
  if (unread.length > 0) {
    const ids = unread.map(({ application }) => application.id).join(", ");
    return new Refusal(
      `no token with the id or name ${quoted(entry)} was found, and these applications could not be read: ${ids}`,
      "If the token belongs to one of them, solve the problem shown above, and run the command again.",
    );
  }
  const names = surveys.flatMap((one) => one.names);
  return new Refusal(
    `no listed token has the id or name ${quoted(entry)}`,
    suggestionFor(entry, names) ??
      "Use the id or the exact name of a token that Losant lists in a configured application.",
  );
}

function suggestionFor(entry: string, names: readonly string[]): string | undefined {
  const meant = isTokenId(entry) ? undefined : nearestWord(entry, names);
  return meant === undefined ? undefined : `Did you mean ${quoted(meant)}?`;
}

/** Undo creates no tokens, so no run has to be identified later. */
const NO_RUN = v.parse(RunId, "undo");

function look(entry: string, application: ApplicationConfig, tools: Tools): Promise<Snapshot> {
  const { config, store, clock, secretLists } = tools;
  const selection = { tokens: [entry], force: false, retireNow: false };
  const api = tools.connect(application);
  return observe(
    application,
    config,
    { selection, runId: NO_RUN },
    { api, store, clock, index: () => secretLists.of(application.id) },
  );
}

function lineagesOf(entry: string, snapshot: Snapshot, now: Date): readonly Lineage[] {
  const selection = { tokens: [entry], force: false, retireNow: false };
  const lineages = resolveLineages(snapshot, placesOf(snapshot, selection, now), now);
  return [...lineages].filter((lineage) => isMeant(lineage, entry));
}

function secretsOf(entry: string, lineages: readonly Lineage[], snapshot: Snapshot): ReadonlySet<SecretName> {
  const names = lineages.map(({ secretName }) => secretName);
  // The worker doesn't read the secret of a root that no longer works. `described` shows whether the secret names the root.
  const plain = [...snapshot.tokens.values()]
    .filter((token) => matches(token, entry))
    .map((token) => secretNameOfToken(snapshot, token));
  return new Set([...names, ...plain]);
}

function isMeant({ head, orphans, superseded, staged, chain }: Lineage, entry: string): boolean {
  const tokens = [head?.token, ...orphans, ...superseded, ...staged.map(({ token }) => token)];
  return (
    tokens.some((token) => token !== undefined && matches(token, entry)) ||
    chain.some((id) => id === entry.toLowerCase())
  );
}

async function described(
  name: SecretName,
  entry: string,
  { application, tokens, secrets }: Snapshot,
  { store }: Tools,
): Promise<readonly Found[]> {
  const reading = secrets.get(name);
  if (reading?.kind === "unreadable") throw reading.error;
  // Read again, because the decision, the question to the person and the move of AWSCURRENT depend on this state.
  const secret = await store.describe(name);
  if (secret === undefined) return [];
  const versions = await store.history(secret.arn);
  const isMentioned = versions.some(({ id }) => {
    const stamp = stampOf(id);
    return [stamp?.tokenId, stamp?.replacedId].some(
      (tokenId) =>
        tokenId !== undefined && (tokenId === entry.toLowerCase() || isNamed(tokens.get(tokenId), entry)),
    );
  });
  return isMentioned ? [{ application, secret, versions }] : [];
}

function isNamed(token: Parameters<typeof matches>[0] | undefined, entry: string): boolean {
  return token !== undefined && matches(token, entry);
}
