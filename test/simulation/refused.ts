import { runs, setting, token } from "./lasting.ts";
import { actAt, FIRST, faultAt, runAt } from "./scenarios.ts";
import type { Entry, ListingEntry, RateEntry, Script } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const THREE = [token("backend", 10), token("edge-gateway", 10), token("my server #3", 10)];
/** Together with the access token these are three tokens while the first has no successor: two pages of up to two. */
const LASTING_AND_DUE = [{ ...token("backend", 9), isUngrantable: true }, token("edge-gateway", 10)];

/** Their first successors need new secrets. */
const WITHOUT_SECRETS = THREE.map((one) => ({ ...one, isMapped: false }));

const UNSTORED = { ...token("backend", 8), isMapped: false };

const DUE = [token("backend", 8), token("edge-gateway", 8.1), token("my server #3", 8.2)];

const MANY = Array.from({ length: 40 }, (_, place) => token(`token ${place}`, 9));

/** How the first token, or its replacement, is listed. */
const listed = (
  how: ListingEntry["how"],
  whose: ListingEntry["whose"],
  fromMs: number,
  toMs: number,
): ListingEntry => ({ kind: "listing", how, whose, role: FIRST, fromMs, toMs });

const atMost = (most: number, isSaid: boolean): RateEntry => ({
  kind: "rate",
  most,
  isSaid,
  fromMs: 0,
  toMs: 30 * DAY,
});

/**
 * The successor is staged, and its process dies before promoting it. From then on the successor is listed incorrectly.
 */
const stagedAnd = (how: ListingEntry["how"]): readonly Entry[] => [
  runAt("r1", MINUTE),
  runAt("r2", 22 * DAY),
  faultAt("r2", "promote", "crash-before"),
  listed(how, "newest", 22 * DAY + HOUR, 24 * DAY),
  ...runs(23, 26),
];

/** Histories in which Losant lists tokens incorrectly, or in which AWS and Losant refuse valid requests. */
export const REFUSED: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a token that can't be read for a week costs itself",
    script: { setting: setting(THREE), entries: [listed("empty-date", "root", 0, 7 * DAY), ...runs(0, 9)] },
  },
  {
    says: "a current token that can't be read is left alone, and rotated as soon as it can be",
    script: {
      setting: setting(THREE),
      entries: [...runs(0, 2), listed("unknown-status", "current", 20 * DAY, 23 * DAY), ...runs(20, 26)],
    },
  },
  {
    says: "what is staged and can't be read is neither promoted nor discarded until it can be",
    script: { setting: setting([token("backend", 5)]), entries: stagedAnd("no-name") },
  },
  {
    says: "what is staged and not listed is looked up before anything is done about it",
    script: { setting: setting([token("backend", 5)]), entries: stagedAnd("hidden") },
  },
  {
    says: "a token that the list lacks is told of where the count shows it",
    script: { setting: setting(THREE), entries: [listed("hidden", "root", 0, 3 * DAY), ...runs(0, 9)] },
  },
  {
    says: "a token that a page border hides in one order is found in the other",
    script: { setting: setting(THREE), entries: [listed("tied", "root", 0, 30 * DAY), ...runs(0, 9)] },
  },
  {
    says: "a count that is too low ends no list before its end",
    script: { setting: setting(LASTING_AND_DUE, { count: "low" }), entries: runs(0, 9) },
  },
  {
    says: "a count that is too high is told, and costs nothing else",
    script: { setting: setting(THREE, { count: "high" }), entries: runs(0, 9) },
  },
  {
    says: "two requests in fifteen seconds are enough, for the access token too",
    script: {
      setting: setting([token("backend", 9)], {
        applications: [{ access: "managed", tokens: [token("backend", 9)] }],
      }),
      entries: [atMost(2, false), ...runs(0, 5)],
    },
  },
  {
    says: "what one request in fifteen seconds leaves undone is done by the next run, and fails nothing",
    script: { setting: setting(MANY), entries: [atMost(1, true), ...runs(0, 2)] },
  },
  {
    says: "an organization that refuses bare secrets stops no first rotation",
    script: { setting: setting(WITHOUT_SECRETS, { refusesBareSecrets: true }), entries: runs(0, 9) },
  },
  {
    says: "a new secret gets its resource policy also if somebody deletes the access token that signed its description",
    script: {
      setting: setting([UNSTORED], { restrictsNewSecrets: true }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ run: "r1", call: 5 }, { do: "replace-access", role: FIRST, old: "deleted" }),
      ],
    },
  },
  {
    says: "a new secret gets no string without its resource policy, also if a run stopped and its access token is gone",
    script: {
      setting: setting([UNSTORED], { restrictsNewSecrets: true }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ run: "r1", call: 5 }, { do: "replace-access", role: FIRST, old: "purged" }),
        faultAt("r1", "putResourcePolicy", "crash-before"),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "a person who stores a string in a new secret in the moment in which it gets its resource policy breaks no promise",
    script: {
      setting: setting([UNSTORED], { restrictsNewSecrets: true }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ run: "r1", call: 7 }, { do: "set-by-hand", role: FIRST }),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "a new secret has its resource policy before its first string, wherever a run stops",
    script: {
      setting: setting(WITHOUT_SECRETS, { restrictsNewSecrets: true, replicas: { lagMs: 2_000 } }),
      entries: [
        runAt("r1", MINUTE),
        faultAt("r1", "createSecret", "crash-after"),
        runAt("r2", HOUR),
        faultAt("r2", "putResourcePolicy", "crash-before"),
        runAt("r3", 2 * HOUR),
        faultAt("r3", "putResourcePolicy", "answer-lost"),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "a secret that a person created, or that is in use, gets no resource policy, whatever its description says",
    script: {
      setting: setting([UNSTORED, { ...token("edge-gateway", 9.1), isMapped: false }], {
        restrictsNewSecrets: true,
      }),
      entries: [
        actAt({ atMs: 10 * MINUTE }, { do: "prepare-secret", role: { ...FIRST, token: 1 } }),
        ...runs(0, 3),
        actAt({ atMs: 3 * DAY }, { do: "unrestrict-secret", role: FIRST }),
        ...runs(20, 24),
      ],
    },
  },
  {
    says: "no secret changes while a replica lacks the last change, and each rotation is completed",
    script: {
      setting: setting(WITHOUT_SECRETS, { replicas: { lagMs: 4_000 } }),
      entries: [...runs(0, 12), ...runs(20, 23)],
    },
  },
  {
    says: "a replica that fails stops no rotation",
    script: {
      setting: setting(WITHOUT_SECRETS, { replicas: { lagMs: 4_000, one: "fails" } }),
      entries: [...runs(0, 12), ...runs(20, 23)],
    },
  },
  {
    says: "a replica that hangs stops no rotation, although a bot edits the tags of the secret again and again",
    script: {
      setting: setting([UNSTORED], { replicas: { lagMs: 4_000, one: "hangs" } }),
      entries: [
        { kind: "routine", does: "edit-tags", role: FIRST, fromMs: 0, everyMs: 10 * MINUTE },
        ...runs(0, 12),
        ...runs(20, 31),
      ],
    },
  },
  {
    says: "a clock that AWS refuses costs the token that was to be stored, which is deleted, and no other",
    script: {
      setting: setting(DUE),
      entries: [
        runAt("r1", MINUTE),
        faultAt("r1", "stage", "skewed"),
        // A worker that doubted the refusal would look for the version. A worker that blamed the secret would try two
        // more tokens.
        ...[13, 16, 21].map((call) => faultAt("r1", call, "skewed")),
        ...runs(1, 3),
      ],
    },
  },
];
