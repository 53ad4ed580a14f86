import type { DiscoveryProblem } from "../command/tools.ts";
import { accessTokenStatusOf, usersIn } from "./access-tokens.ts";
import type { Listed } from "./choice.ts";
import type { Selected } from "./filters.ts";
import type { Forecast, Seen } from "./forecast.ts";
import type { LeftSecrets } from "./left-secrets.ts";
import { organizationsIn } from "./organizations.ts";
import type { Row, RowSecret } from "./row.ts";
import { URGENCIES } from "./urgency.ts";

/** What `--json` prints. docs/status.md describes its keys. New versions can add keys, but don't remove any. */
export function documentOf(
  { now, forecasts, everyRow, rows, unusedPolicies = [] }: Selected,
  problems: readonly DiscoveryProblem[] = [],
  listed: Listed = new Map(),
  left?: readonly LeftSecrets[],
) {
  const counts = URGENCIES.map((urgency) => [
    urgency,
    everyRow.filter((row) => row.urgency === urgency).length,
  ]);
  const users = usersIn(forecasts);
  return {
    schemaVersion: "1",
    at: now.toISOString(),
    applications: forecasts.map((forecast) => applicationOf(forecast, users)),
    ...(problems.length > 0 && { discovery: problems.map(problemOf) }),
    summary: {
      tokens: everyRow.length,
      shown: rows.length,
      ...Object.fromEntries(counts),
      drift: everyRow.filter(({ drift }) => drift.length > 0).length,
    },
    ...(listed.size > 0 && { organizations: organizationsIn({ forecasts, rows }, listed) }),
    ...(unusedPolicies.length > 0 && { unusedPolicies }),
    ...(left && { secretsWithoutApplication: left }),
    tokens: rows.map((row) => tokenOf(row, now)),
  };
}

/** What is wrong with the discovery of applications. */
export function problemOf({ what, error: { code, message, remedy, retryable } }: DiscoveryProblem) {
  return { what, code, message, remedy, retryable };
}

function applicationOf(forecast: Forecast, users: readonly Seen[]) {
  const { life, tokenId, expiresAt, stage, isRenewed } = accessTokenStatusOf(forecast, users);
  const { id, ownerType, accessToken } = forecast.application;
  const error = forecast.kind === "unseen" ? forecast.error : forecast.snapshot.flaws.at(-1);
  return {
    applicationId: id,
    ownerType,
    outcome: error === undefined ? "ok" : "failed",
    accessToken: {
      secret: accessToken,
      tokenId,
      life,
      expirationDate: expiresAt?.toISOString(),
      secondsLeft: expiresAt && secondsBetween(forecast.now, expiresAt),
      stage,
      renewedByWorker: isRenewed,
    },
    tokens: forecast.kind === "seen" ? forecast.snapshot.tokens.size : undefined,
    secretsListed: forecast.kind === "seen" ? forecast.snapshot.isIndexed : undefined,
    unusedSecrets: forecast.kind === "seen" ? forecast.unusedSecrets : undefined,
    ...(error && {
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      retryable: error.retryable,
    }),
  };
}

function tokenOf(row: Row, now: Date) {
  const {
    applicationId,
    tokenId,
    token,
    isUnreadable,
    isLive,
    role,
    windowOpensAt,
    secret,
    read,
    next,
    drift,
    urgency,
  } = row;
  return {
    applicationId,
    tokenId,
    name: token?.name,
    urgency: urgency,
    status: token?.status ?? (isUnreadable ? "unreadable" : "gone"),
    live: isLive,
    role,
    creationDate: token?.createdAt.toISOString(),
    expirationDate: token?.expiresAt?.toISOString(),
    secondsLeft: token?.expiresAt && secondsBetween(now, token.expiresAt),
    windowOpens: windowOpensAt?.toISOString(),
    secret: secret && secretOf(secret),
    read,
    next: next.map(
      ({
        action,
        reason,
        outcome,
        dueDate,
        retirementDate,
        formerSecretArn,
        successorRead,
        code,
        message,
      }) => ({
        action,
        reason,
        outcome,
        // Without windows, `windowOpens` says when.
        dueDate: reason === "not-due" ? undefined : dueDate,
        retirementDate,
        formerSecretArn,
        successorRead,
        code,
        message,
      }),
    ),
    drift,
  };
}

/** AWS tells the day of the last read, and no time. */
function secretOf({ lastReadAt, replicas, ...secret }: RowSecret) {
  return {
    ...secret,
    ...(replicas.length > 0 && { replicas }),
    lastRead: lastReadAt instanceof Date ? lastReadAt.toISOString().slice(0, 10) : lastReadAt,
  };
}

function secondsBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 1_000);
}
