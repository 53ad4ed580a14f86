import { chosenFrom, type DiscoveryProblem, type Tools } from "../cli/command/tools.ts";
import { MOST_APPLICATIONS } from "../cli/status/choice.ts";
import { type Eyes, type Forecast, lookAt } from "../cli/status/forecast.ts";
import { MOST_OBSERVED_AT_ONCE } from "../lambda/limits.ts";
import { RotationError } from "../lambda/model/errors.ts";
import type { RunId } from "../lambda/model/token.ts";
import type { ApplicationConfig } from "../lambda/policy/config.ts";
import type { Problem } from "./render/problems.ts";

/** What was seen in the time that there was. */
export interface Look {
  /** The ids of all applications that are known. */
  readonly applications: readonly string[];
  readonly forecasts: readonly Forecast[];
  readonly discovery: readonly DiscoveryProblem[];
  /** What was not looked at, and why. */
  readonly unfinished: Problem | undefined;
}

export type Sights = Pick<Tools, "config" | "discover"> & Eyes;

/**
 * Looks at the application, or at all if it is empty, for at most `patienceMs`. After that, begins nothing more, and returns what
 * it has seen. Looks at none if a fleet has too many. Writes nothing.
 * @throws Misuse if there is no such application; RotationError if the list of applications can't be read and this one needs it
 */
export async function lookWithin(
  patienceMs: number,
  application: string,
  sights: Sights,
  runId: RunId,
): Promise<Look> {
  const { clock, config, connect } = sights;
  const isOver = Symbol("no time left");
  let mayBegin = true;
  const timeIsUp = clock.sleep(patienceMs).then(() => {
    mayBegin = false;
    return isOver;
  });
  const chosen = await Promise.race([chosenFrom(sights, application === "" ? [] : application), timeIsUp]);
  const configured = config.applications.map(({ id }): string => id);
  if (typeof chosen === "symbol")
    return {
      applications: configured,
      forecasts: [],
      discovery: [],
      unfinished: notRead("all applications", patienceMs),
    };
  const { applications, problems } = chosen;
  if (config.fleet !== undefined && applications.length > MOST_APPLICATIONS)
    return {
      applications: applications.map(({ id }) => id),
      forecasts: [],
      discovery: problems,
      unfinished: tooMany(applications.length),
    };
  // Not by id, because two access tokens may belong to one user.
  const seen = new Map<ApplicationConfig, Forecast>();
  const hurried: Eyes = {
    ...sights,
    connect: (one) => {
      if (!mayBegin) throw new RotationError("internal", "there is no time left");
      return connect(one);
    },
  };
  const looking = lookAt(
    applications,
    config,
    hurried,
    runId,
    (_done, _of, forecast) => void seen.set(forecast.application, forecast),
    MOST_OBSERVED_AT_ONCE,
  );
  // After the time is up, it fails at the first application that it would begin.
  looking.catch(() => undefined);
  await Promise.race([looking, timeIsUp]);
  const missing = applications.filter((one) => !seen.has(one));
  const [first] = missing;
  const what =
    missing.length === 1
      ? `application ${first?.id}`
      : `${missing.length} of ${applications.length} applications`;
  return {
    applications:
      application === "" ? applications.map(({ id }) => id) : [...new Set([...configured, application])],
    forecasts: applications.flatMap((one) => seen.get(one) ?? []),
    discovery: problems,
    unfinished: first === undefined ? undefined : notRead(what, patienceMs),
  };
}

/** Dashboards refresh themselves, so each look at a large fleet would use up what Losant allows the worker. */
function tooMany(count: number): Problem {
  return {
    what: "all applications",
    sentence: `there are ${count}, and in a fleet this page lists the tokens of ${MOST_APPLICATIONS} at most`,
    remedy:
      "Write the id of an application into the form. `losant-token-rotation status --shard` shows a shard.",
    article: undefined,
  };
}

function notRead(what: string, patienceMs: number): Problem {
  return {
    what,
    sentence: `there was no answer in ${Math.round(patienceMs / 1_000)} seconds, so the tokens are not shown`,
    remedy: "Refresh the widget, or choose one application.",
    article: undefined,
  };
}
