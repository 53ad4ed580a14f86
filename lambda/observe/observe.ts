import pLimit from "p-limit";
import { READS_AT_ONCE } from "../limits.ts";
import { ownIdOf, ownTokensIn } from "../lineage/own-token.ts";
import { hasCopies, type Judge, judgeBy, judged, judgedAnew } from "../lineage/proof.ts";
import {
  accessSecretOf,
  mappedNames,
  renewsAccessToken,
  type SecretReading,
  type Snapshot,
  unreadableError,
} from "../lineage/snapshot.ts";
import type { StoreIndex } from "../lineage/store-index.ts";
import type { KeptKey, MarkerKey } from "../model/marker.ts";
import type { SecretName, SecretState } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isLive, type RunId, type TokenId } from "../model/token.ts";
import type { ApplicationConfig, RotationConfig } from "../policy/config.ts";
import type { Selection } from "../policy/request.ts";
import type { Clock, Login, SecretStore, TokenApi } from "../ports.ts";
import { flawsOf, identityFlaws, losantTimeOf } from "./listing.ts";
import { openQuestions, type Questions } from "./questions.ts";
import { lookAtSecret, searchSecret, unreadable } from "./secrets.ts";

/** Everything that is needed for reading. Nothing here can write. */
export interface Sources {
  readonly api: Pick<TokenApi, "list" | "get" | "loggedInWith" | "signingKey" | "keptKeys">;
  readonly store: Pick<SecretStore, "describe" | "history">;
  /** Read once for many applications. */
  readonly index: () => Promise<StoreIndex>;
  readonly clock: Clock;
}

/** The purpose of the plan for which it is read. */
export interface Purpose {
  readonly selection: Selection;
  readonly runId: RunId;
  /**
   * Also reads what no plan needs: each secret that has replicas, because only DescribeSecret shows these, and the versions of a secret
   * whose predecessor still works, because only their list shows which of them consumers read.
   */
  readonly readsDetails?: boolean;
}

type Places = Pick<RotationConfig, "secretPrefix" | "formerPrefixes">;

/**
 * Reads everything that a plan needs, and writes nothing. First the whole listing, because pages shift when a token is created.
 * Then the list of secrets, which is enough for tokens at rest. Then the secrets, versions, tokens and keys that decide about the
 * others. A secret that can't be read is part of the snapshot. A listing that can't be read is an error.
 */
export async function observe(
  application: ApplicationConfig,
  places: Places,
  purpose: Purpose,
  sources: Sources,
): Promise<Snapshot> {
  const looker = new Looker(application, sources);
  let snapshot = await looker.first(places);
  for (;;) {
    const now = after(sources.clock.now(), snapshot.losantTime.aheadMs);
    const questions = openQuestions(snapshot, { ...purpose, now }, purpose.readsDetails);
    const { describe, search, lookUp, needsKeys } = questions;
    if (describe.size + search.size + lookUp.size === 0 && !needsKeys) return snapshot;
    snapshot = await looker.answer(questions, snapshot);
  }
}

class Looker {
  readonly #application: ApplicationConfig;
  readonly #sources: Sources;
  readonly #limit = pLimit(READS_AT_ONCE);
  #keys: readonly MarkerKey[] = [];
  #keptKeys: readonly KeptKey[] = [];

  constructor(application: ApplicationConfig, sources: Sources) {
    this.#application = application;
    this.#sources = sources;
  }

  /** Reads the listing, the list of secrets, and each secret that the configuration names. */
  async first({ secretPrefix, formerPrefixes }: Places): Promise<Snapshot> {
    const { api, clock, index, store } = this.#sources;
    const application = this.#application;
    const beganAt = clock.now();
    const listed = await api.list();
    const losantTime = losantTimeOf(listed, clock.now());
    const login = await api.loggedInWith();
    const found = await index();
    const secrets = new Map<SecretName, SecretReading>();
    const add = (secret: SecretState) => secrets.set(secret.name, { kind: "indexed", secret });
    for (const prefix of [secretPrefix, ...formerPrefixes])
      for (const secret of found.under(prefix, application.id)) add(secret);
    for (const { id } of listed.tokens) for (const secret of found.naming(id)) add(secret);
    const access = accessSecretOf({ login });
    // An access token's secret may be mapped as well.
    const named = new Set([
      ...mappedNames(application),
      ...(renewsAccessToken({ application, login }) ? [access] : []),
    ]);
    const others = [...named].filter((name) => !secrets.has(name));
    await Promise.all(
      others.map((name) => {
        const secret = found.find(name);
        if (secret !== undefined) return add(secret);
        return this.#limit(async () => secrets.set(name, await lookAtSecret(name, login, store)));
      }),
    );
    this.#keys = [await api.signingKey()];
    const isOfUser = application.ownerType === "user";
    // The token of a user is not in the list of an application.
    const isListed = application.foundBy === undefined || isOfUser;
    const ownId = isListed ? ownIdOf(login, access, listed.tokens, secrets) : undefined;
    const listing = isOfUser ? ownTokensIn(listed, ownId, login, secrets) : listed;
    return {
      application,
      secretPrefix,
      formerPrefixes,
      login,
      ownId,
      readAt: after(beganAt, losantTime.aheadMs),
      losantTime,
      tokens: new Map(
        judged(listing.tokens, this.#judge(login, "login", listing.tokens, secrets)).map((token) => [
          token.id,
          token,
        ]),
      ),
      unreadable: new Map(listing.unreadable.map((token) => [token.id, token])),
      flaws: [...flawsOf(listing, application), ...(isOfUser ? identityFlaws(ownId, application) : [])],
      keys: "login",
      accessTokenIds: this.#idsOf(this.#keys),
      formerAccessIds: new Set(),
      isIndexed: found.isRead,
      secrets,
      lookups: new Map(),
    };
  }

  async answer(questions: Questions, snapshot: Snapshot): Promise<Snapshot> {
    const { login, secrets: known } = snapshot;
    const { store } = this.#sources;
    const looked = new Map<TokenId, ApiToken | undefined>();
    const failed = new Map<SecretName, SecretReading>();
    const [described, searched, keys] = await Promise.all([
      Promise.all(
        [...questions.describe].map((name) =>
          this.#limit(async () => [name, await lookAtSecret(name, login, store, known.get(name))] as const),
        ),
      ),
      Promise.all(
        [...questions.search].map((name) =>
          this.#limit(async () => [name, await searchSecret(known.get(name), store)] as const),
        ),
      ),
      questions.needsKeys ? this.#readKeys() : snapshot.keys,
      ...[...questions.lookUp].map(([id, name]) =>
        this.#limit(async () => {
          try {
            const odd = snapshot.unreadable.get(id);
            if (odd !== undefined) throw unreadableError(snapshot.application, odd);
            looked.set(id, await this.#sources.api.get(id));
          } catch (thrown) {
            looked.set(id, undefined);
            failed.set(name, unreadable(thrown, known.get(name)));
          }
        }),
      ),
    ]);
    const secrets = new Map([...known, ...described, ...searched, ...failed]);
    const accessTokenIds = this.#idsOf([...this.#keys, ...this.#keptKeys]);
    const formerAccessIds = formerIdsOf(this.#keptKeys, snapshot);
    const next = { ...snapshot, secrets, keys, accessTokenIds, formerAccessIds };
    const hasNewKeys = keys === "all" && snapshot.keys !== "all";
    // This processes every token, and most rounds bring nothing new to it.
    if (looked.size === 0 && !hasNewKeys && !hasCopies(snapshot)) return next;
    const lookups = new Map([...snapshot.lookups, ...looked]);
    const all = [...snapshot.tokens.values(), ...lookups.values().filter((token) => token !== undefined)];
    const judge = this.#judge(login, keys, all, secrets);
    return { ...next, ...judgedAnew({ tokens: snapshot.tokens, lookups }, judge) };
  }

  #judge(
    login: Login,
    keys: Snapshot["keys"],
    tokens: readonly ApiToken[],
    secrets: ReadonlyMap<SecretName, SecretReading>,
  ): Judge {
    const given = {
      applicationId: this.#application.id,
      login,
      keys: this.#keys,
      isComplete: keys === "all",
      secrets,
    };
    return judgeBy(given, tokens);
  }

  /** Without the id of the application, which a payload may also contain. */
  #idsOf(keys: readonly MarkerKey[]): ReadonlySet<string> {
    const ids = keys.flatMap(({ claimedIds }) => claimedIds.map(String));
    return new Set(ids.filter((id) => id !== this.#application.id));
  }

  async #readKeys(): Promise<Snapshot["keys"]> {
    try {
      this.#keptKeys = await this.#sources.api.keptKeys();
      this.#keys = [...this.#keys, ...this.#keptKeys.filter(({ isTrusted }) => isTrusted)];
      return "all";
    } catch {
      // Markers that were signed with these keys stay `unknown` and are reported.
      return "unreadable";
    }
  }
}

/**
 * For each former access token, the listed token that its payload names, if it names exactly one. A string that Losant rejects isn't
 * that of a live token, whatever it says.
 */
function formerIdsOf(
  keys: readonly KeptKey[],
  { tokens, ownId, readAt }: Pick<Snapshot, "tokens" | "ownId" | "readAt">,
): ReadonlySet<TokenId> {
  const named = keys.flatMap(({ claimedIds, isTrusted }) => {
    const [id, another] = new Set(claimedIds.filter((one) => tokens.has(one)));
    const token = id && tokens.get(id);
    if (token === undefined || another !== undefined || id === ownId) return [];
    return isTrusted || !isLive(token, readAt) ? [token.id] : [];
  });
  return new Set(named);
}
