import { Duration } from "aws-cdk-lib";
import { namesMeantBy } from "../lambda/model/secret.ts";
import {
  type ApplicationConfig,
  type Policy,
  policiesOf,
  type RotationConfig,
} from "../lambda/policy/config.ts";
import { withEntries } from "../lambda/policy/policy.ts";
import { renewalWindowMs } from "../lambda/policy/renewal-window.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The alarm starts if a token that should have been renewed has fewer days left: a week, or half of the shortest renewal
 * window. For tokens that live less than about six weeks with `lifetime: "same"`, set the threshold yourself, because their
 * lifetime isn't known here.
 */
export function soonestExpiryThreshold(config: RotationConfig): number {
  return daysAtMost(7, policiesOf(config));
}

/** The same for access tokens: two weeks if a person has to replace them, less if the worker renews them. */
export function accessTokenThreshold({ applications, discover }: RotationConfig): number {
  const renewing = [
    ...applications.filter(renewsItsAccessToken),
    ...discover.filter(({ renewsAccessToken }) => renewsAccessToken),
  ];
  return daysAtMost(
    14,
    renewing.flatMap(({ policy }) => withEntries(policy)),
  );
}

/** `accessToken` has `renew`, or an entry of `secrets` names the secret of the access token. */
export function renewsItsAccessToken(application: ApplicationConfig): boolean {
  const names = namesMeantBy(application.accessToken);
  return application.renewsAccessToken || application.secrets.values().some((name) => names.includes(name));
}

function daysAtMost(most: number, policies: readonly Policy[]): number {
  const halfWindows = policies.map((policy) => shortestWindowMs(policy) / 2 / DAY_MS);
  return Math.min(most, ...halfWindows);
}

/** The worker's shortest renewal window, as far as it follows from the policy alone. */
function shortestWindowMs(policy: Policy): number {
  const createdAt = new Date(0);
  const expiresAt = policy.lifetimeMs === "same" ? undefined : new Date(policy.lifetimeMs);
  return renewalWindowMs({ createdAt, expiresAt }, policy);
}

/** Periods that together are at least as long as `window`. CloudWatch allows a day of short periods, or a week of hours. */
export function lookBack(window: Duration): {
  readonly period: Duration;
  readonly evaluationPeriods: number;
} {
  const windowMs = window.toMilliseconds();
  const periodMinutes = windowMs <= DAY_MS ? 5 : 60;
  return {
    period: Duration.minutes(periodMinutes),
    evaluationPeriods: Math.ceil(windowMs / (periodMinutes * MINUTE_MS)),
  };
}

/** Hours that together contain a whole interval, whatever the minute. */
export function overInterval(intervalMs: number): {
  readonly period: Duration;
  readonly evaluationPeriods: number;
} {
  const period = Duration.hours(1);
  return { period, evaluationPeriods: Math.ceil(intervalMs / period.toMilliseconds()) + 1 };
}
