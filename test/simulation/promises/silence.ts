import { restOf } from "../../../lambda/plan/reasons.ts";
import { currentReign, type Evidence, type TokenRecord } from "../records.ts";
import { DAY, SKEW_MS } from "../services.ts";
import { isKeyLost } from "./words.ts";

/* What is promised of tokens that nobody renews: nothing that is in use expires in silence. */

/** A run that had no trouble says of it that it fails, or that somebody has to look; or an event has said so. */
export function isTold(
  { told, cleanRuns }: Evidence,
  { id, expiresMs }: Pick<TokenRecord, "id" | "expiresMs">,
): boolean {
  const events = told.get(id) ?? [];
  if (events.some((atMs) => atMs > expiresMs - 31 * DAY)) return true;
  return cleanRuns.some(({ result }) =>
    result?.report.tokens?.some(
      ({ tokenId, reason, outcome }) =>
        tokenId === id && (outcome === "failed" || restOf(reason)?.isWarned === true),
    ),
  );
}

/** Its users got another token, or somebody was told of it, or of the one that was made to take its place and never did. */
export function isLookedAfter(evidence: Evidence, token: TokenRecord): boolean {
  if (isReplaced(evidence, token) || isTold(evidence, token)) return true;
  return [...evidence.tokens.values()].some(
    ({ maker, replacedId, ...successor }) =>
      maker !== "person" && replacedId === token.id && isTold(evidence, successor),
  );
}

/** Another token took its place, or that of one which was made to take it and never did: users were given that one. */
function isReplaced(evidence: Evidence, { id }: TokenRecord): boolean {
  return [...evidence.tokens.values()].some(
    (token) =>
      token.maker !== "person" &&
      token.replacedId === id &&
      (token.reigns.length > 0 || isReplaced(evidence, token)),
  );
}

/** At the end of a history: all that people made or read, and that has expired, was replaced or told of. */
export function checkSilence(evidence: Evidence): void {
  for (const token of evidence.tokens.values()) {
    const { expiresMs, ending } = token;
    // Whose string nobody has, and whose signature nobody can check any more, is not known not to be in use.
    const isUsed =
      token.reigns.length > 0 ? wasCurrent(token) : token.maker === "person" || isKeyLost(evidence, token);
    const isEnded = ending !== undefined && ending.atMs <= expiresMs;
    if (!isUsed || isEnded || expiresMs > evidence.nowMs) continue;
    if (!couldBeTold(evidence, token) || isLookedAfter(evidence, token)) continue;
    evidence.broken("told", `${token.id} expired, and was neither replaced nor told of`);
  }
}

/** Until it expired, or until somebody destroyed the secret from which it was read. */
function wasCurrent({ reigns, expiresMs }: TokenRecord): boolean {
  return reigns.some(
    (reign) =>
      (reign.toMs ?? expiresMs) >= expiresMs || (reign.secret.isGone && currentReign(reign.secret) === reign),
  );
}

/**
 * A run without trouble in its last interval, and none of another kind before: such a run renews a token, or says that it
 * won't, since the last interval is one of the days on which it warns.
 */
export function couldBeTold(
  evidence: Evidence,
  { expiresMs, bornMs, applicationId, id }: TokenRecord,
): boolean {
  const { services, troubles, cleanRuns } = evidence;
  const [first] = services.deployments;
  const { intervalMs = 0, orphanAfterMs = 0 } = first?.config.applications[0]?.policy ?? {};
  const isIn = (one: { readonly fromMs: number; readonly toMs: number }) =>
    one.fromMs <= expiresMs && one.toMs >= expiresMs - orphanAfterMs - 4 * intervalMs;
  if (troubles.some(isIn) || services.flaws.some((flaw) => flaw.tokenId === id && isIn(flaw))) return false;
  return cleanRuns.some(
    ({ deployment: { config }, entry, startedMs }) =>
      config.applications.some((one) => one.id === applicationId) &&
      entry.event.tokens === undefined &&
      startedMs >= Math.max(expiresMs - intervalMs, bornMs) + SKEW_MS &&
      startedMs <= expiresMs - SKEW_MS,
  );
}
