import { findToken, type ListedToken, renewsAccessToken } from "../../lambda/lineage/snapshot.ts";
import { secretNameOf } from "../../lambda/model/secret.ts";
import type { ApplicationId, TokenId } from "../../lambda/model/token.ts";
import type { Action } from "../../lambda/plan/actions.ts";
import type { Login } from "../../lambda/ports.ts";
import { showFailure } from "../terminal/failures.ts";
import { heading, type Screen, type Style, say } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import { relative } from "../terminal/words.ts";
import type { Forecast, Seen } from "./forecast.ts";

/** The access token of one application, and how long it works. */
export interface AccessTokenStatus {
  /** Undefined if neither the string nor the secret shows which listed token it is. */
  readonly tokenId: TokenId | undefined;
  readonly life: "ends" | "never-expires" | "unknown";
  readonly expiresAt: Date | undefined;
  readonly stage: Login["stage"] | undefined;
  /** The worker renews the access token like any other token: its secret belongs to a lineage. */
  readonly isRenewed: boolean;
}

const SHOWN = 8;
/** If hundreds fail, they fail for the same reason. */
const FAILED_SHOWN = 25;
const MONTH_MS = 30 * 86_400_000;

/** `users`: what `usersIn` finds, because one of them may have the access token, and only there it is known whether it is renewed. */
export function accessTokenStatusOf(forecast: Forecast, users: readonly Seen[] = []): AccessTokenStatus {
  const { foundBy, ownerType, accessToken } = forecast.application;
  const isShared = forecast.kind === "seen" && foundBy !== undefined && ownerType === undefined;
  const user = isShared
    ? users.find(({ application }) => application.accessToken === accessToken)
    : undefined;
  if (user !== undefined) return accessTokenStatusOf(user);
  const login = forecast.kind === "seen" ? forecast.snapshot.login : forecast.login;
  const own = forecast.kind === "seen" ? ownToken(forecast) : undefined;
  const expiresAt = login?.expiresAt ?? own?.expiresAt;
  const isEndless = login?.neverExpires === true || (own !== undefined && expiresAt === undefined);
  return {
    tokenId: own?.id,
    life: expiresAt !== undefined ? "ends" : isEndless ? "never-expires" : "unknown",
    expiresAt,
    stage: login?.stage,
    isRenewed: forecast.kind === "seen" && isRenewedHere(forecast),
  };
}

/** The users whose access tokens the worker renews. */
export function usersIn(forecasts: readonly Forecast[]): readonly Seen[] {
  return forecasts.flatMap((forecast) =>
    forecast.kind === "seen" && forecast.application.ownerType === "user" ? [forecast] : [],
  );
}

function ownToken({ snapshot }: Seen): ListedToken | undefined {
  return snapshot.ownId === undefined ? undefined : findToken(snapshot, snapshot.ownId);
}

/** The configuration says so, and the lineage of its secret has a known head. The name doesn't matter. */
function isRenewedHere({ application, snapshot, lineages, plans }: Seen): boolean {
  const { login } = snapshot;
  if (!renewsAccessToken({ application, login })) return false;
  const name = secretNameOf(login.arn);
  const head = lineages.find(({ secretName }) => secretName === name)?.head?.tokenId;
  if (head === undefined) return false;
  return !plans.some(({ actions }) => actions.some((action) => isHeldBack(action, head)));
}

/** The plan skips this token or fails at it, so it isn't renewed, whatever the configuration says. */
function isHeldBack(action: Action, id: TokenId): boolean {
  if (action.kind !== "skip" && action.kind !== "fail") return false;
  if (action.subject.id !== id) return false;
  return action.kind === "fail" || (action.reason !== "just-rotated" && action.reason !== "never-expires");
}

/** The access tokens: first those that don't work, then by expiry. */
export function showAccessTokens(forecasts: readonly Forecast[], screen: Screen, isAll: boolean): void {
  const rows = rowsIn(forecasts).toSorted((one, other) => weightOf(one) - weightOf(other));
  const failed = rows.filter(({ forecast }) => forecast.kind === "unseen").length;
  const shown = isAll ? rows : rows.slice(0, Math.max(SHOWN, Math.min(failed, FAILED_SHOWN)));
  heading(screen, "The worker's access tokens");
  const columns =
    screen.width < 64
      ? [{ title: "APPLICATION", atMost: 16 }, { title: "EXPIRES" }]
      : [{ title: "APPLICATION", atMost: 24 }, { title: "TOKENS" }, { title: "ACCESS TOKEN EXPIRES" }];
  const cells = shown.map(({ forecast, access, together, tokens, id }) => {
    const count = tokens === undefined ? "?" : String(tokens);
    const [style, text] = lifeOf(forecast, access);
    const isNarrow = columns.length === 2;
    return [
      { text: together > 1 ? `${together} applications` : isNarrow ? `…${id.slice(-6)}` : id },
      ...(isNarrow ? [] : [{ text: count }]),
      { text, style },
    ];
  });
  for (const line of tableLines(columns, cells, screen)) screen.line(line);
  if (rows.length > shown.length) say(screen, `… and ${rows.length - shown.length} more`, "  ", "faint");
  for (const { forecast } of shown) if (forecast.kind === "unseen") showFailure(forecast, screen);
}

/** Sentences about access tokens that need a person. Those of applications that can't be read are not among them. */
export function accessTokenWarnings(forecasts: readonly Forecast[]): readonly string[] {
  return rowsIn(forecasts).flatMap(({ forecast, access, together, id }) => {
    const [style, text] = lifeOf(forecast, access);
    if (style !== "bad" || forecast.kind === "unseen") return [];
    const whose = together > 1 ? `${together} applications` : `application ${id}`;
    return [`The access token of ${whose} expires: ${text}`];
  });
}

interface AccessRow {
  readonly forecast: Forecast;
  readonly access: AccessTokenStatus;
  /** The number of discovered applications that share the access token. */
  readonly together: number;
  /** The application, or the first of them. */
  readonly id: ApplicationId;
  /** Undefined if they are unknown. */
  readonly tokens: number | undefined;
}

/** One row for each access token, but one for each application that can't be read. */
function rowsIn(forecasts: readonly Forecast[]): readonly AccessRow[] {
  const groups = Map.groupBy(forecasts, (forecast) =>
    forecast.kind === "unseen" ? forecast : (forecast.application.foundBy?.accessToken ?? forecast),
  );
  const users = usersIn(forecasts);
  return [...groups.values()].flatMap((group) => {
    const [forecast] = group;
    if (forecast === undefined) return [];
    const counts = group.map((one) => (one.kind === "seen" ? one.snapshot.tokens.size : 0));
    const tokens = forecast.kind === "seen" ? counts.reduce((sum, count) => sum + count, 0) : undefined;
    const applications = group.filter(({ application }) => application.ownerType === undefined);
    const { id } = (applications[0] ?? forecast).application;
    const access = accessTokenStatusOf(forecast, users);
    return [{ forecast, access, together: applications.length, id, tokens }];
  });
}

function weightOf({ forecast, access }: AccessRow): number {
  if (forecast.kind === "unseen") return Number.NEGATIVE_INFINITY;
  if (access.stage === "AWSPREVIOUS") return Number.MIN_SAFE_INTEGER;
  return access.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function lifeOf(forecast: Forecast, access: AccessTokenStatus): readonly [Style, string] {
  const { now, application } = forecast;
  const { life, expiresAt, stage, isRenewed } = access;
  const when =
    expiresAt === undefined
      ? life === "unknown"
        ? "unknown"
        : "never"
      : `${relative(expiresAt, now)} (${expiresAt.toISOString().slice(0, 10)})`;
  if (forecast.kind === "unseen") {
    const rest = forecast.login === undefined ? "" : `; expires ${when}`;
    return ["bad", `failed: ${forecast.error.code}, see below${rest}`];
  }
  if (stage === "AWSPREVIOUS")
    return [
      "bad",
      `${when}; Losant rejects AWSCURRENT of ${application.accessToken}, so the worker uses AWSPREVIOUS`,
    ];
  if (expiresAt === undefined) return ["plain", when];
  if (isRenewed) return ["good", `${when}; the worker renews it`];
  const isSoon = expiresAt.getTime() - now.getTime() < MONTH_MS;
  return [
    isSoon ? "bad" : "plain",
    `${when}; the worker doesn't renew it${isSoon ? ": store a new one before then" : ""}`,
  ];
}
