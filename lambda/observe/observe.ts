import pLimit from "p-limit";
import { READS_AT_ONCE } from "../limits.ts";
import { resolveLineages } from "../lineage/lineage.ts";
import { membershipsOf } from "../lineage/membership.ts";
import {
  type ListedToken,
  listedToken,
  oddToken,
  type SecretReading,
  type Snapshot,
  unreadableError,
} from "../lineage/snapshot.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  homeOf,
  type SecretName,
  type SecretState,
  type SecretVersion,
  sameHome,
} from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Selection } from "../policy/request.ts";
import type { Clock, SecretStore, TokenApi, TokenListing } from "../ports.ts";
import { secretsToDescribe, secretsToListVersions } from "./secrets-to-read.ts";

/** All that looking takes: nothing here can write. */
export interface Sources {
  readonly api: Pick<TokenApi, "list" | "get" | "loggedInWith">;
  readonly store: Pick<SecretStore, "describe" | "history">;
  readonly clock: Clock;
}

/**
 * Everything a plan needs, read and only read: the whole listing first, since pages shift when something is created;
 * then the secrets of the lineages that matter now; then the tokens that only versions still name. A secret that can't
 * be read is part of the snapshot; a listing that can't be is an error.
 */
export async function observe(
  application: ApplicationConfig,
  secretPrefix: string,
  selection: Selection,
  { api, store, clock }: Sources,
): Promise<Snapshot> {
  const readAt = clock.now();
  const listing = await api.list();
  const login = await api.loggedInWith();
  const snapshot: Snapshot = {
    application,
    secretPrefix,
    login,
    readAt,
    tokens: new Map(listing.tokens.map((token) => [token.id, listedToken(token)])),
    unreadable: new Map(listing.unreadable.map((token) => [token.id, oddToken(token)])),
    flaws: flawsOf(listing, application),
    secrets: new Map(),
    lookups: new Map(),
  };
  return lookUpTokens(await readSecrets(snapshot, selection, store, clock), selection, api, clock);
}

function flawsOf({ nameless, missing }: TokenListing, { id }: ApplicationConfig): readonly RotationError[] {
  const { count, problem } = nameless;
  const unread = `${count} ${count === 1 ? "row" : "rows"} of Losant's list of the tokens of application ${id} can't be read`;
  const more = `Losant counts ${missing} ${missing === 1 ? "token" : "tokens"} of application ${id} more than it lists`;
  return [
    ...(count > 0 ? [new RotationError("token-unreadable", `${unread}: one ${problem}`)] : []),
    ...(missing > 0 ? [new RotationError("listing-incomplete", more)] : []),
  ];
}

/** What one reading tells may raise the next question; a handful of rounds answers them all. */
async function readSecrets(
  first: Snapshot,
  selection: Selection,
  store: Sources["store"],
  clock: Clock,
): Promise<Snapshot> {
  const limit = pLimit(READS_AT_ONCE);
  let snapshot = first;
  for (;;) {
    const known = snapshot.secrets;
    const now = clock.now();
    const places = membershipsOf(snapshot, selection, now);
    const unread = [...secretsToDescribe(snapshot, places, selection, now)].filter(
      (name) => !known.has(name),
    );
    const unsearched = [...secretsToListVersions(snapshot, places, selection, now)].filter((name) => {
      const reading = known.get(name);
      return reading?.kind === "described" && reading.history === undefined;
    });
    if (unread.length + unsearched.length === 0) return snapshot;
    const read = await Promise.all([
      ...unread.map((name) => limit(async () => [name, await describe(snapshot, name, store)] as const)),
      ...unsearched.map((name) => limit(async () => [name, await search(known.get(name), store)] as const)),
    ]);
    snapshot = { ...snapshot, secrets: new Map([...known, ...read]) };
  }
}

async function describe(
  snapshot: Snapshot,
  name: SecretName,
  store: Sources["store"],
): Promise<SecretReading> {
  try {
    const secret = await store.describe(name);
    if (secret === undefined) return { kind: "absent" };
    if (!sameHome(homeOf(secret.arn), homeOf(snapshot.login.arn))) {
      throw new RotationError(
        "store-elsewhere",
        `${secret.arn} is not where the access token ${snapshot.login.arn} is`,
      );
    }
    // The first version of a secret becomes current by itself: without labels there is no version at all.
    return secret.versions.length === 0
      ? { kind: "described", secret, history: [] }
      : { kind: "described", secret };
  } catch (thrown) {
    return { kind: "unreadable", error: asRotationError(thrown) };
  }
}

async function search(reading: SecretReading | undefined, store: Sources["store"]): Promise<SecretReading> {
  if (reading?.kind !== "described") return { kind: "absent" };
  try {
    return { ...reading, history: withHistory(reading.secret, await store.history(reading.secret.arn)) };
  } catch (thrown) {
    return { kind: "unreadable", error: asRotationError(thrown) };
  }
}

/**
 * The versions as one state of the secret: its labels are those that it was described with, since its dates are of that
 * moment. A version that only the later list knows keeps what marks it as unfinished, and is not yet current.
 */
function withHistory({ versions }: SecretState, listed: readonly SecretVersion[]): readonly SecretVersion[] {
  const described = new Set(versions.map(({ id }) => id));
  const others = listed.filter(({ id }) => !described.has(id));
  return [
    ...versions,
    ...others.map(({ id, labels }) => ({
      id,
      labels: labels.filter((label) => label !== AWSCURRENT && label !== AWSPREVIOUS),
    })),
  ];
}

async function lookUpTokens(
  snapshot: Snapshot,
  selection: Selection,
  api: Sources["api"],
  clock: Clock,
): Promise<Snapshot> {
  const limit = pLimit(READS_AT_ONCE);
  const lookups = new Map<TokenId, ListedToken | undefined>();
  const secrets = new Map(snapshot.secrets);
  const now = clock.now();
  const wanted = resolveLineages(snapshot, membershipsOf(snapshot, selection, now), now).flatMap(
    ({ secretName, head, staged }) => [
      ...(head !== undefined && head.token === undefined ? [{ secretName, id: head.tokenId }] : []),
      ...staged.flatMap(({ token, version }) => (token ? [] : [{ secretName, id: version.stamp.tokenId }])),
    ],
  );
  const lookUp = async ({ secretName, id }: { readonly secretName: SecretName; readonly id: TokenId }) => {
    try {
      const odd = snapshot.unreadable.get(id);
      if (odd !== undefined) throw unreadableError(snapshot.application, odd);
      const found = await api.get(id);
      lookups.set(id, found && listedToken(found));
    } catch (thrown) {
      secrets.set(secretName, { kind: "unreadable", error: asRotationError(thrown) });
    }
  };
  await Promise.all(wanted.map((question) => limit(lookUp, question)));
  return { ...snapshot, secrets, lookups };
}
