import type { ErrorCode } from "../../../lambda/model/errors.ts";
import { applicationId } from "../places.ts";
import type { Reach } from "../reach.ts";
import type { Evidence } from "../records.ts";
import { isInShard } from "../shards.ts";
import type { Worker } from "../worker.ts";

/* Promises about applications that the worker discovers: what a list lacks has no effect, and is told. */

/** A worker changed a token or a secret of an application. It must have found the application, and read its tokens, in this run. */
export function checkFound(evidence: Evidence, application: number, by: Worker, what: string): void {
  const { services } = evidence;
  if (services.setting.applications[application]?.found === undefined) return;
  if (!services.reach.couldBeFound(application, by.startedMs))
    evidence.broken(
      "found",
      `${by.entry.id} changed ${what} of application ${application}, which no list had`,
    );
  else if (!by.looks.has(applicationId(application)))
    evidence.broken(
      "found",
      `${by.entry.id} changed ${what} of application ${application}, whose tokens it had not listed`,
    );
}

/** Losant refuses the application, or no list has it, and the run says so. */
export function isRefused(
  { services: { reach, setting } }: Evidence,
  id: string,
  code: string | undefined,
): boolean {
  const application = setting.applications.findIndex((_, index) => applicationId(index) === id);
  if (setting.discovery === undefined || code === undefined) return false;
  const isFound = reach.findersOf(application).length > 0;
  const isListed = setting.applications[application]?.found === undefined || isFound;
  return code === (isListed ? reach.refusalOf(application) : "application-not-found");
}

/** A run ended. It has worked on each application that it could find, and told what its lists lacked. */
export function checkDirectory(evidence: Evidence, worker: Worker): void {
  const { services } = evidence;
  const { result, startedMs, harms } = worker;
  if (services.setting.discovery === undefined || result === undefined) return;
  checkGone(evidence, worker);
  checkShard(evidence, worker);
  const isHarmed = harms.some(({ call }) => /^(listApplications|readAccessToken)$/.test(call.operation));
  const isSteady =
    evidence.movedByPeopleMs < startedMs &&
    services.reach.isSteady(startedMs) &&
    !isHarmed &&
    !result.codes?.includes("losant-throttled");
  if (isSteady) checkExactly(evidence, worker);
  else checkRoughly(evidence, worker, isHarmed);
}

/** In a fleet, a run looks only at the applications of its shard. */
function checkShard(evidence: Evidence, { entry, looks }: Worker): void {
  const { setting } = evidence.services;
  for (const application of setting.applications.keys())
    if (looks.has(applicationId(application)) && !isInShard(application, entry, setting))
      evidence.broken("shard", `${entry.id} looked at application ${application}, which is not in its shard`);
}

/** An application that Losant denies is gone only if nobody can see it any more. */
function checkGone(evidence: Evidence, { result, entry, startedMs }: Worker): void {
  const { reach, setting } = evidence.services;
  for (const [application, { found }] of setting.applications.entries()) {
    const row = result?.report.applications.find((one) => one.applicationId === applicationId(application));
    if (row?.outcome !== "gone") continue;
    if (found === undefined || reach.isVisibleSince(application, startedMs))
      evidence.broken("told", `${entry.id} says that application ${application} is gone, and it is there`);
  }
}

/** Nothing changed during the run, so what it must say is known. */
function checkExactly(evidence: Evidence, { result, entry, harms, deployment }: Worker): void {
  const { services } = evidence;
  const { reach, setting } = services;
  const said = new Set(saidOfLists(result));
  const expected = new Set(reach.entries.flatMap((_, index) => flawsOf(index, services)));
  for (const flaw of expected.difference(said)) evidence.broken("told", `${entry.id} doesn't say ${flaw}`);
  for (const flaw of said.difference(expected))
    evidence.broken("told", `${entry.id} says ${flaw}, and nothing is wrong`);
  const overridden = new Set<string>(deployment.config.discover[0]?.overrides.keys());
  const isWhole = ![...expected].some((flaw) => !flaw.includes("too-small"));
  for (const [application, { found }] of setting.applications.entries()) {
    const row = result?.report.applications.find((one) => one.applicationId === applicationId(application));
    const isHere = isInShard(application, entry, setting);
    const isFound = isHere && (found === undefined || reach.findersOf(application).length > 0);
    const isOverridden = overridden.has(applicationId(application));
    if (!isFound && row !== undefined && !(isOverridden && isWhole && row.code === "application-not-found"))
      evidence.broken("found", `${entry.id} worked on application ${application}, which no list has`);
    if (isHere && !isFound && isOverridden && isWhole && row === undefined)
      evidence.broken("told", `${entry.id} doesn't say that application ${application} was not discovered`);
    if (!isFound) continue;
    if (row === undefined) evidence.broken("worked-on", `${entry.id} left out application ${application}`);
    // The access token of a configured application may have expired.
    if (found === undefined) continue;
    const refusal = reach.refusalOf(application);
    if (harms.length === 0 && row?.code !== refusal && !OF_LISTS.has(row?.code ?? ""))
      evidence.broken(
        "told",
        `${entry.id} says ${row?.code} of application ${application}, and not ${refusal}`,
      );
  }
}

/** What a list of tokens, or its date, may lack. */
const OF_LISTS: ReadonlySet<string> = new Set(["listing-incomplete", "losant-clock-unknown"]);

/** What the run said about its lists: the entry of `discover`, and the code. */
function saidOfLists(result: Worker["result"]): readonly string[] {
  return (result?.failures ?? []).flatMap((failure) => {
    const [, entry, code] = /^discover\.(\d+): ([a-z-]+):/.exec(failure) ?? [];
    return entry === undefined ? [] : [`discover.${entry} ${code}`];
  });
}

function flawsOf(entry: number, { reach, setting, deployments }: Evidence["services"]): readonly string[] {
  const outage = reach.outageOf(entry);
  const at = (code: string) => `discover.${entry} ${code}`;
  if (outage !== undefined) return [at(OUTAGE_CODES[outage])];
  if (!reach.isLoggedIn(entry)) return [at("access-token-rejected")];
  const all = [...setting.applications.keys()].filter((application) => reach.isVisible(entry, application));
  const how = all.map((application) => reach.flawOf(application));
  const hidden = how.filter((flaw) => flaw === "hidden").length;
  const missing = hidden + { true: 0, low: -1, high: 1 }[setting.discovery?.count ?? "true"];
  const isUnreadable = how.some((flaw) => flaw === "unreadable" || flaw === "nameless");
  const found = all.filter((application) => reach.isFoundBy(entry, application)).length;
  const { atLeast = 1 } = deployments[0]?.config.discover[entry] ?? {};
  return [
    ...(missing > 0 || isUnreadable ? [at("discovery-incomplete")] : []),
    ...(found < atLeast ? [at("discovery-too-small")] : []),
  ];
}

const OUTAGE_CODES: Readonly<Record<NonNullable<ReturnType<Reach["outageOf"]>>, ErrorCode>> = {
  throttled: "losant-throttled",
  unavailable: "losant-unavailable",
  unanswered: "losant-unreachable",
  refused: "losant-refused",
};

/** Something changed meanwhile, or went wrong: what could be seen all the time is worked on, or the run says that a list failed. */
function checkRoughly(evidence: Evidence, { result, entry, startedMs }: Worker, isHarmed: boolean): void {
  const { services, nowMs } = evidence;
  // If an application is deleted between two pages, the others move up, and only the count shows that one is missing.
  if (services.setting.discovery?.count === "low") return;
  const told = saidOfLists(result);
  for (const [application, { found }] of services.setting.applications.entries()) {
    if (!isInShard(application, entry, services.setting)) continue;
    if (found !== undefined && services.reach.wasOut(application, startedMs, nowMs)) continue;
    const isThere = result?.report.applications.some(
      (one) => one.applicationId === applicationId(application),
    );
    const isRejected = services.reach
      .replacedFindersOf(application, startedMs)
      .some((finder) => told.includes(`discover.${finder} access-token-rejected`));
    // After a deletion between two pages, the others move up. The list is read again, and that may happen again.
    const isExcused = isRejected || (told.length > 0 && (isHarmed || services.reach.wasDeleted(startedMs)));
    if (!isThere && !isExcused)
      evidence.broken(
        "worked-on",
        `${entry.id} left out application ${application}, and nothing is said about its list`,
      );
  }
}
