import { isOfInterest, leftToSearch } from "../lineage/doubt.ts";
import type { Lineage } from "../lineage/lineage.ts";
import type { Places } from "../lineage/place.ts";
import { placesOf } from "../lineage/places.ts";
import { formerNamesOf, secretNameOfToken } from "../lineage/roots.ts";
import { type ListedToken, ownVersions, type Snapshot, standingVersion } from "../lineage/snapshot.ts";
import { mayDecide } from "../lineage/token-policy.ts";
import { hasNotice } from "../model/marker.ts";
import type { SecretName } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { Action } from "../plan/actions.ts";
import { type Circumstances, planLineages } from "../plan/plan.ts";
import type { Reason } from "../plan/reasons.ts";
import { mayBeUnread, withoutEvidence } from "../plan/unread.ts";

/** What must be read before a plan may be carried out. */
export interface Questions {
  readonly describe: ReadonlySet<SecretName>;
  readonly search: ReadonlySet<SecretName>;
  /** Tokens that are missing from the listing, and the secrets whose versions name them. */
  readonly lookUp: ReadonlyMap<TokenId, SecretName>;
  readonly needsKeys: boolean;
}

/**
 * The list of secrets may be five minutes old. If a plan from it only leaves tokens at rest, that is the outcome, because doing
 * nothing is always safe. For everything else, the secrets are read, and the plan is made again.
 */
export function openQuestions(
  snapshot: Snapshot,
  circumstances: Circumstances,
  readsDetails = false,
): Questions {
  const questions = new OpenQuestions(snapshot);
  const { selection, now } = circumstances;
  const places = placesOf(snapshot, selection, now);
  for (const { lineage, input, actions } of planLineages(snapshot, places, circumstances)) {
    const isReplicated = readsDetails && lineage.secret?.primaryRegion !== undefined;
    if (isReplicated || needsLook(lineage, actions)) questions.describe(lineage.secretName);
    const isReadByUnknown = readsDetails && withoutEvidence(lineage, now).length > 0;
    if (isReadByUnknown || mayBeUnread(lineage, input)) questions.search(lineage.secretName);
    askAbout(lineage, actions, questions);
  }
  askAboutTokens(snapshot, places, circumstances, questions);
  return questions.open;
}

/** Reasons that depend only on the token itself, or that leave it as it is whatever its secret contains. */
const RESTFUL: ReadonlySet<Reason> = new Set([
  "not-due",
  "outside-window",
  "retirement-outside-window",
  "superseded",
  "not-selected",
  "excluded",
  "never-expires",
  "inactive",
  "expired-unmanaged",
  "no-scope",
  "too-short-lived",
  "shared",
  "retirement-unproven",
  "never-retired",
  "root-reactivated",
  "successor-unread",
  "still-read",
]);

function needsLook({ head }: Lineage, actions: readonly Action[]): boolean {
  const isRest = actions.every(
    (action) => (action.kind === "wait" || action.kind === "skip") && RESTFUL.has(action.reason),
  );
  return !isRest || head === undefined;
}

/** For a secret that was described: whether versions without labels, or tokens that only versions name, must be read. */
function askAbout(lineage: Lineage, actions: readonly Action[], questions: OpenQuestions): void {
  const { secretName, reading, head, orphans, staged, superseded } = lineage;
  if (reading?.kind !== "described") return;
  const { snapshot } = questions;
  const retired = actions.filter((action) => action.kind === "retire");
  const isRetired = new Set(retired.map(({ subject }) => subject.id));
  const versions = ownVersions(snapshot, reading);
  const isUnmanaged = versions.length > 0 && standingVersion(snapshot, versions) === undefined;
  if (orphans.length > 0 || isRetired.size > 0 || isUnmanaged) questions.search(secretName);
  // Tokens that older access tokens created show what `creatorId` means, and so which of these are copies.
  if (orphans.some(({ creatorId }) => creatorId !== undefined)) questions.needKeys();
  if (head !== undefined && head.token === undefined) questions.lookUp(head.tokenId, secretName);
  for (const { token, version } of staged)
    if (token === undefined) questions.lookUp(version.stamp.tokenId, secretName);
  // If the current token no longer exists, somebody may force one of these.
  const isHeadless = head?.token?.status !== "active";
  const atStake = [
    ...staged.flatMap(({ token }) => token ?? []),
    ...superseded.filter(({ id }) => isHeadless || isRetired.has(id)),
  ];
  const roots = retired.filter(({ isRoot }) => isRoot);
  // The proof for a root is the marker of its successor, and the line of its deactivation.
  if (roots.length > 0) atStake.push(...(head?.token ? [head.token] : []), ...superseded);
  const isLineUnread = roots.some(
    ({ step, subject }) => step === "delete" && subject.discardedAt === undefined,
  );
  if (isLineUnread || atStake.some(({ proof }) => proof === "unknown")) questions.needKeys();
}

function askAboutTokens(
  snapshot: Snapshot,
  places: Places,
  { selection, now }: Circumstances,
  questions: OpenQuestions,
): void {
  for (const token of snapshot.tokens.values()) {
    const place = places.get(token.id);
    // Which policy it has depends on whether the worker wrote its marker.
    if (token.proof === "unknown" && mayDecide(snapshot, token)) questions.needKeys();
    switch (place?.kind) {
      case "stray":
        if (place.reason === "marker-unknown" || mayBeDiscarded(token)) questions.needKeys();
        break;
      case "failed":
        // It may be an earlier access token of the worker.
        questions.needKeys();
        // Or one that was replaced, as only a version without labels tells.
        questions.search(secretNameOfToken(snapshot, token));
        break;
      case "root": {
        const { origin, secretName } = place;
        if (origin.kind === "unsearched")
          for (const name of leftToSearch(token, snapshot) ?? []) questions.search(name);
        const isAsked = origin.kind === "moved" || isOfInterest(snapshot, token, selection, now);
        if (!isAsked) break;
        // A token whose marker an earlier access token signed may have replaced it.
        if (origin.kind === "moved") questions.needKeys();
        // Its creator may be an earlier access token of the worker, or it may be one itself.
        if (mayBeOurs(token, snapshot)) questions.needKeys();
        if (token.scope.some((scope) => LISTS_TOKENS.test(scope))) questions.needKeys();
        // The secret may already have a token, because new secrets appear late in the list.
        questions.search(secretNameOfToken(snapshot, token));
        questions.search(secretName);
        // Or a run that began before the prefix was changed has just stored one.
        for (const name of formerNamesOf(snapshot, token, origin)) questions.search(name);
        break;
      }
      default:
    }
  }
}

/** Losant may call the user of an access token the creator. */
function mayBeOurs({ creatorId, creatorType }: ListedToken, { accessTokenIds }: Snapshot): boolean {
  return creatorId !== undefined && (creatorType !== "user" || accessTokenIds.has(creatorId));
}

/** Every access token of the worker has one of these scopes. */
const LISTS_TOKENS = /^(all\.Application|applicationApiTokens\.)/;

/** According to a line that an older access token may have signed. */
function mayBeDiscarded({ proof, description, status }: ListedToken): boolean {
  return proof === "unknown" && status === "inactive" && hasNotice(description);
}

class OpenQuestions {
  readonly snapshot: Snapshot;
  readonly #describe = new Set<SecretName>();
  readonly #search = new Set<SecretName>();
  readonly #lookUp = new Map<TokenId, SecretName>();
  #needsKeys = false;

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  get open(): Questions {
    return {
      describe: this.#describe,
      search: this.#search,
      lookUp: this.#lookUp,
      needsKeys: this.#needsKeys,
    };
  }

  describe(name: SecretName): void {
    const reading = this.snapshot.secrets.get(name);
    if (reading === undefined || reading.kind === "indexed") this.#describe.add(name);
  }

  /** All of its versions, after it has been described. */
  search(name: SecretName): void {
    this.describe(name);
    const reading = this.snapshot.secrets.get(name);
    if (reading?.kind === "described" && reading.history === undefined) this.#search.add(name);
  }

  lookUp(id: TokenId, secretName: SecretName): void {
    if (!this.snapshot.lookups.has(id)) this.#lookUp.set(id, secretName);
  }

  needKeys(): void {
    if (this.snapshot.keys === "login") this.#needsKeys = true;
  }
}
