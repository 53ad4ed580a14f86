import * as v from "valibot";
import { type Lineage, resolveLineages } from "../../lambda/lineage/lineage.ts";
import { placesOf } from "../../lambda/lineage/places.ts";
import { secretNameOfToken } from "../../lambda/lineage/roots.ts";
import type { Snapshot } from "../../lambda/lineage/snapshot.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { quoted } from "../../lambda/model/printable.ts";
import { type SecretName, type SecretState, type SecretVersion, stampOf } from "../../lambda/model/secret.ts";
import { RunId } from "../../lambda/model/token.ts";
import { observe } from "../../lambda/observe/observe.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { isId, matches } from "../../lambda/policy/request.ts";
import { Refusal } from "../command/stops.ts";
import type { Tools } from "../command/tools.ts";

/** The secret of the lineage that was asked for, with every version it has. */
export interface Found {
  readonly application: ApplicationConfig;
  readonly secret: SecretState;
  readonly versions: readonly SecretVersion[];
}

/** The one lineage that a token's id or name means. @throws Refusal where it means none, or several. */
export async function findLineage(
  entry: string,
  applications: readonly ApplicationConfig[],
  tools: Tools,
): Promise<Found> {
  const found: Found[] = [];
  let isKnown = false;
  const names: string[] = [];
  let isOrphan = false;
  for (const application of applications) {
    const snapshot = await look(entry, application, tools);
    names.push(...snapshot.tokens.values().map(({ name }) => name));
    isKnown ||= snapshot.tokens.values().some((token) => matches(token, entry));
    const lineages = lineagesOf(entry, snapshot, tools.clock.now());
    isOrphan ||= lineages.some(({ orphans }) => orphans.some((token) => matches(token, entry)));
    for (const name of secretsOf(entry, lineages, snapshot))
      found.push(...(await described(name, entry, snapshot, tools)));
  }
  const [one, ...others] = found;
  if (one === undefined && isOrphan)
    throw new Refusal(
      `${quoted(entry)} replaced nothing: a run made it and stored its string nowhere`,
      "The worker deactivates such a token, and deletes it a week later. To keep it, set its status to active in Losant: the worker respects that.",
    );
  if (one === undefined)
    throw isKnown
      ? new Refusal(
          `${quoted(entry)} was never rotated into a secret of this configuration`,
          "There is nothing to undo.",
        )
      : new Refusal(
          `no listed token has the id or name ${quoted(entry)}`,
          suggestionFor(entry, names) ??
            "Name a token by its id or exact name as Losant lists it, in a configured application.",
        );
  if (others.length === 0) return one;
  const places = found.map(({ application, secret }) => `${secret.name} of application ${application.id}`);
  throw new Refusal(
    `${quoted(entry)} means tokens of several secrets: ${places.join(", ")}`,
    "Name the token by its id.",
  );
}

function suggestionFor(entry: string, names: readonly string[]): string | undefined {
  const meant = isId(entry) ? undefined : nearestWord(entry, names);
  return meant === undefined ? undefined : `Did you mean ${quoted(meant)}?`;
}

/** Nothing is made, so that no run has to be known again. */
const NO_RUN = v.parse(RunId, "undo");

function look(entry: string, application: ApplicationConfig, tools: Tools): Promise<Snapshot> {
  const { config, store, clock, index } = tools;
  const selection = { tokens: [entry], force: false, retireNow: false };
  const api = tools.connect(application);
  return observe(application, config, { selection, runId: NO_RUN }, { api, store, clock, index });
}

function lineagesOf(entry: string, snapshot: Snapshot, now: Date): readonly Lineage[] {
  const selection = { tokens: [entry], force: false, retireNow: false };
  const lineages = resolveLineages(snapshot, placesOf(snapshot, selection, now), now);
  return [...lineages].filter((lineage) => isMeant(lineage, entry));
}

function secretsOf(entry: string, lineages: readonly Lineage[], snapshot: Snapshot): ReadonlySet<SecretName> {
  const names = lineages.map(({ secretName }) => secretName);
  // Of a dead root the worker asks nothing: whether its secret mentions it is seen when that is described.
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
  // Described anew: what is decided now, a person is asked about, and it is then compared and swapped.
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
