import pLimit from "p-limit";
import { CALLS_AT_FIRST } from "../../lambda/limits.ts";
import { type Lineage, resolveLineages } from "../../lambda/lineage/lineage.ts";
import { type UnusedEntry, unusedEntries } from "../../lambda/lineage/mappings.ts";
import { placesOf } from "../../lambda/lineage/places.ts";
import type { Snapshot } from "../../lambda/lineage/snapshot.ts";
import { asRotationError, type RotationError } from "../../lambda/model/errors.ts";
import { after } from "../../lambda/model/time.ts";
import type { RunId } from "../../lambda/model/token.ts";
import { observe, type Sources } from "../../lambda/observe/observe.ts";
import type { SecretLists } from "../../lambda/observe/read-index.ts";
import { isEffect } from "../../lambda/plan/actions.ts";
import { type LineagePlan, plan } from "../../lambda/plan/plan.ts";
import type { ApplicationConfig, RotationConfig } from "../../lambda/policy/config.ts";
import { PolicyUse, type UnusedPolicy } from "../../lambda/policy/policy-use.ts";
import { EVERYTHING } from "../../lambda/policy/request.ts";
import type { Login } from "../../lambda/ports.ts";
import { policiesIn } from "../../lambda/run/application.ts";
import { inOrderOfUrgency, withinBudget } from "../../lambda/run/order.ts";

/** One application as a run that starts now would see it, and what that run would do with each of its lineages. */
export interface Seen {
  readonly kind: "seen";
  readonly application: ApplicationConfig;
  readonly now: Date;
  readonly snapshot: Snapshot;
  readonly lineages: readonly Lineage[];
  readonly plans: readonly LineagePlan[];
  readonly unusedSecrets: readonly UnusedEntry[];
}

/** An application that could not be read. Its access token may still be known. */
export interface Unseen {
  readonly kind: "unseen";
  readonly application: ApplicationConfig;
  readonly now: Date;
  readonly error: RotationError;
  readonly login: Login | undefined;
}

export type Forecast = Seen | Unseen;

/** What a forecast reads from. No type here can write. */
export interface Eyes extends Pick<Sources, "store" | "clock"> {
  readonly secretLists: Pick<SecretLists, "expect" | "of">;
  readonly connect: (application: ApplicationConfig) => Sources["api"];
}

/** Reads each application separately, so that one failure doesn't affect the others. Writes nothing. */
export function lookAt(
  applications: readonly ApplicationConfig[],
  config: RotationConfig,
  eyes: Eyes,
  runId: RunId,
  looked: (done: number, of: number, forecast: Forecast) => void = () => {},
  atOnce = CALLS_AT_FIRST,
): Promise<readonly Forecast[]> {
  const limit = pLimit(atOnce);
  eyes.secretLists.expect(applications.map(({ id }) => id));
  let done = 0;
  return Promise.all(
    applications.map(async (application) => {
      const forecast = await limit(() => lookAtOne(application, config, eyes, runId));
      done += 1;
      looked(done, applications.length, forecast);
      return forecast;
    }),
  );
}

async function lookAtOne(
  application: ApplicationConfig,
  config: RotationConfig,
  { connect, store, clock, secretLists }: Eyes,
  runId: RunId,
): Promise<Forecast> {
  const api = connect(application);
  try {
    const snapshot = await observe(
      application,
      config,
      { selection: EVERYTHING, runId, readsDetails: true },
      { api, store, index: () => secretLists.of(application.id), clock },
    );
    return forecastOf(snapshot, after(clock.now(), snapshot.losantTime.aheadMs), runId);
  } catch (thrown) {
    const error = asRotationError(thrown);
    const isAboutLogin = error.code.startsWith("access-token-") && error.code !== "access-token-forbidden";
    const login = isAboutLogin ? undefined : await api.loggedInWith().catch(() => undefined);
    return { kind: "unseen", application, now: clock.now(), error, login };
  }
}

/** Uses the plan, order and budget of a scheduled run, so the forecast matches what that run does. */
export function forecastOf(snapshot: Snapshot, now: Date, runId: RunId): Seen {
  const { application } = snapshot;
  const all = plan(snapshot, { now, runId, selection: EVERYTHING });
  const isWork = ({ actions }: LineagePlan) => actions.some(isEffect);
  const work = all.filter(isWork).map((one) => ({ context: { application }, plan: one }));
  const places = placesOf(snapshot, EVERYTHING, now);
  const admitted = withinBudget(inOrderOfUrgency(work), application.policy.maxRotationsPerRun);
  return {
    kind: "seen",
    application,
    now,
    snapshot,
    lineages: [...resolveLineages(snapshot, places, now)],
    unusedSecrets: unusedEntries(snapshot, () => places),
    plans: [...admitted.map((one) => one.plan), ...all.filter((one) => !isWork(one))],
  };
}

/** `isWhole`: the forecasts are of all applications. */
export function unusedPoliciesIn(forecasts: readonly Forecast[], isWhole: boolean): readonly UnusedPolicy[] {
  const use = new PolicyUse();
  for (const forecast of forecasts) {
    const used = forecast.kind === "seen" ? policiesIn(forecast.plans, forecast.snapshot) : undefined;
    use.note(forecast.application.policy, used, namesOf([forecast]));
  }
  return use.unused(isWhole);
}

/** The names of all listed tokens. */
export function namesOf(forecasts: readonly Forecast[]): readonly string[] {
  return forecasts.flatMap((forecast) =>
    forecast.kind === "seen" ? [...forecast.snapshot.tokens.values()].map(({ name }) => name) : [],
  );
}
