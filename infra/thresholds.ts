import { Duration } from "aws-cdk-lib";
import { namesMeantBy } from "../lambda/model/secret.ts";
import type { ApplicationConfig, Policy, RotationConfig } from "../lambda/policy/config.ts";
import { renewalWindowMs } from "../lambda/policy/renewal-window.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Days left at which a token that nobody renewed is worth an alarm: a week, or half of the shortest renewal window.
 * What lives shorter than some six weeks under `lifetime: "same"` needs a threshold of its own: its life isn't known here.
 */
export function soonestExpiryThreshold({ applications }: RotationConfig): number {
  return daysAtMost(
    7,
    applications.map(({ policy }) => policy),
  );
}

/** The same for access tokens: two weeks where a person has to replace them, less where the worker does. */
export function accessTokenThreshold({ applications }: RotationConfig): number {
  return daysAtMost(
    14,
    applications.filter(renewsItsAccessToken).map(({ policy }) => policy),
  );
}

/** It says so itself, or an entry of `secrets` does. */
export function renewsItsAccessToken(application: ApplicationConfig): boolean {
  const names = namesMeantBy(application.accessToken);
  return application.renewsAccessToken || application.secrets.values().some((name) => names.includes(name));
}

function daysAtMost(most: number, policies: readonly Policy[]): number {
  const halfWindows = policies.map((policy) => shortestWindowMs(policy) / 2 / DAY_MS);
  return Math.min(most, ...halfWindows);
}

/** That of the worker, as far as the policy alone tells. */
function shortestWindowMs(policy: Policy): number {
  const createdAt = new Date(0);
  const expiresAt = policy.lifetimeMs === "same" ? undefined : new Date(policy.lifetimeMs);
  return renewalWindowMs({ createdAt, expiresAt }, policy);
}

/** How an alarm looks back over at least `window`: CloudWatch takes a day of short periods, or a week of hours. */
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
