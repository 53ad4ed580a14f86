import type { PutEvent } from "../../../emulators/aws/events.ts";
import { applicationId } from "../places.ts";
import type { Evidence, TokenRecord } from "../records.ts";
import { DAY, HOUR, MINUTE, START } from "../services.ts";
import { shardOfApplication, shardsOf } from "../shards.ts";
import type { Told } from "../told.ts";
import { hasReached, type Worker } from "../worker.ts";

/* Promises about the slots of a fleet: each has its turn, and what it must tell is told, once. */

const SLOT_MS = 15 * MINUTE;
/** Of the days on which a token is warned of, those on which one that is due for twelve hours is warned of. */
const DAYS = [3, 1] as const;

/** An event was accepted. If a run is repeated for its slot, or the slot has two runs, the events have the same key. */
export function noteTold(evidence: Evidence, { DetailType, Detail }: PutEvent, by: Worker): void {
  const { slotMs } = by.entry.event;
  const { tokenId, daysLeft, key, code } = JSON.parse(Detail);
  const told: Told = { tokenId, detailType: `${DetailType} ${code ?? ""}`, daysLeft, key, slotMs };
  const isSame = (other: Told) =>
    other.tokenId === tokenId && other.detailType === told.detailType && other.daysLeft === daysLeft;
  const isOfSlot = (other: Told) =>
    daysLeft !== undefined || (slotMs !== undefined && other.slotMs === slotMs);
  const another = evidence.warnings.find((other) => isSame(other) && isOfSlot(other) && other.key !== key);
  if (another !== undefined)
    evidence.broken(
      "one-key",
      `${by.entry.id} tells of ${tokenId} as ${key}, and it was told of as ${another.key}`,
    );
  evidence.warnings.push(told);
}

/** A run ended. Whether Lambda repeats it depends on the whole shard, and not on single tokens and applications. */
export function checkCompleted(evidence: Evidence, { result, entry, harms }: Worker): void {
  const { isToBeRepeated, failures = [] } = result ?? {};
  if (shardsOf(evidence.services.setting) === undefined || entry.event.slotMs === undefined) return;
  if (result === undefined || harms.length > 0) return;
  const isShort = failures.some((said) => said.startsWith("discover."));
  if (isShort && !isToBeRepeated)
    evidence.broken("completed", `${entry.id} counts as completed, although a list was incomplete`);
  const isOfTokens = failures.every((said) => said.startsWith("token "));
  if (isOfTokens && isToBeRepeated)
    evidence.broken("completed", `${entry.id} is repeated for failures of single tokens`);
}

/** Runs when all slots have had their time. */
export function checkSlots(evidence: Evidence, workers: readonly Worker[]): void {
  const { setting } = evidence.services;
  const shards = shardsOf(setting);
  if (shards === undefined) return;
  const ran = Map.groupBy(
    workers.filter(({ harms, result }) => harms.length === 0 && result !== undefined),
    ({ entry }) => entry.event.slotMs,
  );
  for (const [application, { found, tokens }] of setting.applications.entries()) {
    if (found === undefined) continue;
    const offset = shardOfApplication(application, setting) ?? 0;
    checkTurns(evidence, application, (nth) => ran.get((offset + nth * shards) * SLOT_MS) ?? []);
    for (const [token, { isUngrantable }] of tokens.entries()) {
      const root = evidence.token(evidence.services.roots.get(`${application}/${token}`));
      if (isUngrantable && root !== undefined)
        checkWarned(evidence, root, (atMs) => {
          const slot = Math.ceil((atMs - offset * SLOT_MS) / (shards * SLOT_MS)) * shards + offset;
          return { slotMs: slot * SLOT_MS, runs: ran.get(slot * SLOT_MS) ?? [] };
        });
    }
  }
}

/** In any two intervals in which its slots had runs without trouble, the application was looked at. */
function checkTurns(
  evidence: Evidence,
  application: number,
  runsOf: (nth: number) => readonly Worker[],
): void {
  const { services, nowMs } = evidence;
  const last = Math.floor((nowMs - START.getTime()) / services.setting.intervalMs);
  for (let nth = 0; nth + 1 < last; nth += 1) {
    const [before, after] = [runsOf(nth), runsOf(nth + 1)];
    const [first] = before;
    if (first === undefined || after.length === 0) continue;
    const toMs = Math.max(...after.map(({ startedMs }) => startedMs)) + 15 * MINUTE;
    if (services.wasOut(applicationId(application), first.startedMs, toMs)) continue;
    if (![...before, ...after].some((run) => hasReached(run, applicationId(application))))
      evidence.broken("looked-at", `application ${application} had two turns, and no run has looked at it`);
  }
}

/** The first slot after the moment of a warning sends it, however late its run starts. */
function checkWarned(
  evidence: Evidence,
  { id, applicationId: application, expiresMs, bornMs }: TokenRecord,
  slotAfter: (atMs: number) => { readonly slotMs: number; readonly runs: readonly Worker[] },
): void {
  const { services, warnings, nowMs } = evidence;
  const { intervalMs } = services.setting;
  for (const days of DAYS) {
    const momentMs = expiresMs - days * DAY - START.getTime();
    const { slotMs, runs } = slotAfter(momentMs - intervalMs / 12);
    const isKnown =
      START.getTime() + slotMs > bornMs && momentMs > HOUR && slotMs + intervalMs < nowMs - START.getTime();
    const reached = runs.filter((run) => hasReached(run, application));
    if (!isKnown || reached.length === 0) continue;
    if (!warnings.some((told) => told.tokenId === id && told.daysLeft === days && told.slotMs === slotMs))
      evidence.broken(
        "warned",
        `${id} was not told of ${days} days before its expiry, although its slot had a run`,
      );
  }
}
