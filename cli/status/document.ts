import { accessTokenOf } from "./access-tokens.ts";
import { URGENCIES } from "./attention.ts";
import type { Survey } from "./filters.ts";
import type { Outlook } from "./forecast.ts";
import type { Row } from "./row.ts";

/** What `--json` prints; docs/status.md describes its keys, which only ever become more. */
export function documentOf({ now, outlooks, everyRow, rows }: Survey) {
  const counts = URGENCIES.map((urgency) => [
    urgency,
    everyRow.filter((row) => row.urgency === urgency).length,
  ]);
  return {
    schemaVersion: "1",
    at: now.toISOString(),
    applications: outlooks.map(applicationOf),
    summary: {
      tokens: everyRow.length,
      shown: rows.length,
      ...Object.fromEntries(counts),
      drift: everyRow.filter(({ drift }) => drift.length > 0).length,
    },
    tokens: rows.map((row) => tokenOf(row, now)),
  };
}

function applicationOf(outlook: Outlook) {
  const { life, expiresAt, stage, isRenewed } = accessTokenOf(outlook);
  const { id, accessToken } = outlook.application;
  const error = outlook.kind === "unseen" ? outlook.error : undefined;
  return {
    applicationId: id,
    outcome: outlook.kind === "seen" ? "ok" : "failed",
    accessToken: {
      secret: accessToken,
      life,
      expirationDate: expiresAt?.toISOString(),
      secondsLeft: expiresAt && secondsBetween(outlook.now, expiresAt),
      stage,
      renewedByWorker: isRenewed,
    },
    tokens: outlook.kind === "seen" ? outlook.snapshot.tokens.size : undefined,
    ...(error && {
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      retryable: error.retryable,
    }),
  };
}

function tokenOf(row: Row, now: Date) {
  const { applicationId, tokenId, token, isLive, role, windowOpensAt, secret, next, drift, urgency } = row;
  return {
    applicationId,
    tokenId,
    name: token?.name,
    urgency,
    status: token?.status ?? "gone",
    live: isLive,
    role,
    creationDate: token?.createdAt.toISOString(),
    expirationDate: token?.expiresAt?.toISOString(),
    secondsLeft: token?.expiresAt && secondsBetween(now, token.expiresAt),
    windowOpens: windowOpensAt?.toISOString(),
    secret: secret && { ...secret },
    next: next.map(({ action, reason, outcome, code, message }) => ({
      action,
      reason,
      outcome,
      code,
      message,
    })),
    drift,
  };
}

function secondsBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 1_000);
}
