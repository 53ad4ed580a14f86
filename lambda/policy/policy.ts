import * as v from "valibot";
import { isTokenId } from "../model/token.ts";
import { type MaintenanceWindows, resolveWindows, WindowsSchema, windowFlaws } from "./windows.ts";

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^([1-9]\d{0,5})([mhd])$/;

const duration = v.pipe(
  v.string("must be a duration"),
  v.regex(DURATION, "must be a number with the unit m, h or d, such as 15m, 6h or 30d"),
);

/** Milliseconds of a duration that the schema has accepted. */
export function durationMs(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

export function between(least: string, most: string | undefined) {
  const limits = most === undefined ? `${least} or more` : `${least} to ${most}`;
  return v.pipe(
    duration,
    v.check((text) => {
      // The pattern has already rejected a text that is not a duration.
      const ms = durationMs(text);
      return Number.isNaN(ms) || (ms >= durationMs(least) && (most === undefined || ms <= durationMs(most)));
    }, `must be ${limits}`),
  );
}

export function wholeNumber(least: number, most: number) {
  return v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(least, `must be ${least} or more`),
    v.maxValue(most, `must be ${most} or less`),
  );
}

export const globs = v.array(
  v.pipe(v.string("must be text"), v.minLength(1, "must not be empty")),
  "must be a list of name patterns",
);

const ApplicationPolicySchema = v.strictObject({
  renewBefore: v.optional(duration),
  lifetime: v.optional(v.union([v.literal("same"), duration], 'must be "same" or a duration')),
  include: v.optional(globs),
  exclude: v.optional(globs),
  neverExpiring: v.optional(v.union([v.literal("report"), duration], 'must be "report" or an age')),
  retire: v.optional(
    v.union(
      [
        v.literal("never"),
        v.strictObject({
          deactivateAfter: v.optional(duration),
          deleteAfter: v.optional(duration),
          unread: v.optional(v.picklist(["hold", "ignore"], 'must be "hold" or "ignore"')),
          roots: v.optional(v.boolean("must be true or false")),
        }),
      ],
      'must be "never" or an object with deactivateAfter and deleteAfter',
    ),
  ),
  orphanAfter: v.optional(between("30m", undefined)),
  maxRotationsPerRun: v.optional(wholeNumber(1, 100_000)),
  secretFormat: v.optional(v.picklist(["json", "plain"], 'must be "json" or "plain"')),
  windows: v.optional(WindowsSchema),
});

/** These limit or choose among all tokens of an application, so they say nothing about a single one. */
const APPLICATION_KEYS = ["include", "exclude", "maxRotationsPerRun"] as const;

/**
 * Everybody who may rename a token can choose among the entries with names. So a name decides only when a token is renewed, and how
 * long its successor lives: never which token ends, or what a secret holds.
 */
const ID_KEYS = ["retire", "orphanAfter", "secretFormat"] as const;

const TokenPolicySchema = v.strictObject({
  match: v.pipe(v.string("must be the id or a name pattern of tokens"), v.minLength(1, "must not be empty")),
  ...v.omit(ApplicationPolicySchema, APPLICATION_KEYS).entries,
});

export const PolicySchema = v.strictObject({
  ...ApplicationPolicySchema.entries,
  tokens: v.optional(
    v.pipe(
      v.array(TokenPolicySchema, "must be a list of objects with match"),
      v.maxLength(1_000, "must contain at most 1000 entries"),
    ),
  ),
});

export type PolicyDocument = v.InferOutput<typeof PolicySchema>;
type TokenPolicyDocument = v.InferOutput<typeof TokenPolicySchema>;

/** What to do with the tokens of one application, or with those of one of its entries; all durations in milliseconds. */
export interface Policy {
  readonly intervalMs: number;
  readonly renewBeforeMs: number;
  readonly lifetimeMs: number | "same";
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The age at which a token that never expires is rotated. "report": it is only reported. */
  readonly neverExpiringMs: number | "report";
  readonly retire: {
    readonly deactivateAfterMs: number | undefined;
    readonly deleteAfterMs: number | undefined;
    /** Whether a predecessor is kept while consumers read it, or have not read its successor. */
    readonly unread: "hold" | "ignore";
    /** Whether a root is retired as well, if the worker has replaced it and consumers read its successor. */
    readonly roots: boolean;
  };
  readonly orphanAfterMs: number;
  readonly maxRotationsPerRun: number;
  readonly secretFormat: "json" | "plain";
  /** When tokens are issued and retired. Empty: always. */
  readonly windows: MaintenanceWindows;
  /** For single tokens, those with ids first. The first that fits decides, see `token-policy.ts`. */
  readonly tokens: readonly TokenPolicy[];
}

/** An entry of `tokens`. */
export interface TokenPolicy {
  /** A token's id in lower case, if `isId`, or else a pattern of names. */
  readonly match: string;
  readonly isId: boolean;
  /** Its place in the configuration: applications with one list have the same entries. */
  readonly path: string;
  /** The policy of the application, with the keys of this entry. */
  readonly policy: Policy;
}

const ALWAYS: NonNullable<PolicyDocument["windows"]> = [];

/** A policy with every default filled in. `path`: where the configuration has its `tokens`. */
export function resolvePolicy(policy: PolicyDocument, intervalMs: number, path = "policy.tokens"): Policy {
  const {
    renewBefore = "30d",
    lifetime = "same",
    include = ["*"],
    exclude = [],
    neverExpiring = "report",
    retire = "never",
    orphanAfter = "1h",
    maxRotationsPerRun = 500,
    secretFormat = "json",
    windows = ALWAYS,
    tokens = [],
    ...unused
  } = policy;
  // No key may be accepted and then ignored.
  unused satisfies Readonly<Record<string, never>>;
  const optionalMs = (text: string | undefined) => (text === undefined ? undefined : durationMs(text));
  const steps: Exclude<typeof retire, "never"> = retire === "never" ? {} : retire;
  return {
    intervalMs,
    renewBeforeMs: durationMs(renewBefore),
    lifetimeMs: lifetime === "same" ? lifetime : durationMs(lifetime),
    include,
    exclude,
    neverExpiringMs: neverExpiring === "report" ? neverExpiring : durationMs(neverExpiring),
    retire: {
      deactivateAfterMs: optionalMs(steps.deactivateAfter),
      deleteAfterMs: optionalMs(steps.deleteAfter),
      unread: steps.unread ?? "hold",
      roots: steps.roots ?? false,
    },
    orphanAfterMs: durationMs(orphanAfter),
    maxRotationsPerRun,
    secretFormat,
    windows: resolveWindows(windows),
    tokens: tokens.map(({ match, ...keys }, index) => ({
      match: isTokenId(match) ? match.toLowerCase() : match,
      isId: isTokenId(match),
      path: `${path}.${index}`,
      policy: resolvePolicy({ ...policy, ...keys, tokens: [] }, intervalMs),
    })),
  };
}

/** A token that never expires is replaced at an age, but so is each successor: none of them ever expires. */
export function hasEndlessSuccessors({ neverExpiringMs, lifetimeMs }: Policy): boolean {
  return neverExpiringMs !== "report" && lifetimeMs === "same";
}

/** For people who write a policy with `hasEndlessSuccessors`. */
export const ENDLESS_SUCCESSORS =
  "A policy has an age in `neverExpiring` and no `lifetime`. The successors of tokens that never expire never expire either. " +
  "Set `lifetime` beside it, for example to 365d.";

/** An application's policy and those of its entries. */
export function withEntries(policy: Policy): readonly Policy[] {
  return [policy, ...policy.tokens.map((entry) => entry.policy)];
}

/** What is wrong with a list of entries, beside their durations. Each message begins with the number of the entry. */
export function entryProblems(entries: readonly TokenPolicyDocument[]): readonly string[] {
  const seen = new Set<string>();
  let hasName = false;
  return entries.flatMap((entry, index) => {
    const key = isTokenId(entry.match) ? entry.match.toLowerCase() : entry.match;
    const isRepeated = seen.has(key);
    seen.add(key);
    if (isRepeated) return [`${index}.match: is the same as in an earlier entry`];
    if (isTokenId(entry.match))
      // Otherwise, whoever renames a token could take it out of the entry with its id.
      return hasName ? [`${index}.match: entries with ids must come before those with names`] : [];
    hasName = true;
    return ID_KEYS.filter((name) => entry[name] !== undefined).map(
      (name) =>
        `${index}.${name}: needs the id of a token in match, because anybody who may rename a token could choose it`,
    );
  });
}

/** Whether a key of a policy is valid for a whole application only. */
export function isOfApplication(key: string): boolean {
  return key === "tokens" || APPLICATION_KEYS.some((name) => name === key);
}

/** Values that are valid alone, but not together with others. Each message begins with the path within the policy. */
export function impossibilities(policy: Policy): readonly string[] {
  const own = impossibleValues(policy);
  const ofEntries = policy.tokens.flatMap((entry, index) =>
    // What the whole policy has is told once.
    impossibleValues(entry.policy)
      .filter((problem) => !own.includes(problem))
      .map((problem) => `tokens.${index}.${problem}`),
  );
  return [...own, ...ofEntries];
}

function impossibleValues(policy: Policy): readonly string[] {
  const { lifetimeMs, intervalMs, retire, windows } = policy;
  const { deactivateAfterMs, deleteAfterMs, unread, roots } = retire;
  const isTooShort = lifetimeMs !== "same" && lifetimeMs <= 3 * intervalMs;
  const isDeletedFirst =
    deactivateAfterMs !== undefined && deleteAfterMs !== undefined && deleteAfterMs < deactivateAfterMs;
  return [
    ...(isTooShort ? ["lifetime: must be longer than three schedule intervals"] : []),
    ...(isDeletedFirst ? ["retire.deleteAfter: must not be shorter than deactivateAfter"] : []),
    ...(roots && unread === "ignore"
      ? [
          'retire.roots: needs unread to be "hold", because only reads show that consumers no longer need a root',
        ]
      : []),
    ...(roots && deactivateAfterMs === undefined
      ? ["retire.roots: needs deactivateAfter, because a root is always deactivated first"]
      : []),
    ...windowFlaws(windows, policy),
  ];
}

/**
 * Whether a token's name matches a pattern: `*` is any number of characters, `?` is one character, and everything else is
 * itself. Names can contain any character, also slashes and brackets, which have a special meaning in path globs. The number of
 * steps is at most the product of both lengths, because other people choose the names.
 */
export function fitsGlob(name: string, glob: string): boolean {
  const text = [...name];
  const pattern = [...glob];
  let [at, next] = [0, 0];
  // The position of the last star, and how much of the text it matches so far. It may have to match more.
  let star: { readonly next: number; readonly at: number } | undefined;
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === "*") {
      star = { next: next + 1, at };
      next += 1;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[at])) {
      at += 1;
      next += 1;
    } else if (star !== undefined) {
      star = { next: star.next, at: star.at + 1 };
      ({ at, next } = star);
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((wanted) => wanted === "*");
}
