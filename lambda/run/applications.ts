import { MAX_FAILURES_NAMED } from "../limits.ts";
import { RotationError } from "../model/errors.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { FoundApplication } from "../policy/discovery.ts";
import { isInShard } from "../policy/slots.ts";
import { DOES_NOT_WORK } from "./application.ts";
import type { RunContext } from "./context.ts";
import { type Discovery, discoveredIn, isComplete, notDiscovered } from "./discovery.ts";

/** The applications that a run looks at. */
interface Meant {
  readonly applications: readonly ApplicationConfig[];
  /** Each entry of `discover` listed all of its applications, and enough of them. */
  readonly isDiscovered: boolean;
}

/**
 * The applications that a run looks at: configured and discovered ones, those of its shard, or the one that the event names. What is
 * wrong with the discovery is recorded, and the run does everything else.
 * @throws RotationError `event-invalid` if the event names an application that is neither configured nor discovered.
 */
export async function applicationsOfRun(context: RunContext): Promise<Meant> {
  const { request, config, shard } = context;
  const { applicationId } = request;
  const isAsked = ({ id }: ApplicationConfig) =>
    (applicationId === undefined || id === applicationId) && isInShard(id, shard);
  const configured = config.applications.filter(isAsked);
  const isEnough = applicationId !== undefined && configured.length > 0;
  if (config.discover.length === 0 || isEnough)
    return { applications: oneOrMore(configured, context), isDiscovered: true };
  const discovery = await context.discover();
  const all = [...configured, ...discoveredIn(discovery).filter(isAsked)];
  // If the one that was asked for is found, the others don't matter.
  if (applicationId !== undefined && all.length > 0) return { applications: all, isDiscovered: true };
  recordDiscovery(discovery, context);
  const isDiscovered = discovery.entries.every(({ problems }) => problems.length === 0);
  // It may be the id of a user who could not be identified.
  const isKnown = isDiscovered && discovery.entries.every((entry) => entry.renewalProblem === undefined);
  return { applications: isKnown ? oneOrMore(all, context) : all, isDiscovered };
}

function oneOrMore(
  applications: readonly ApplicationConfig[],
  { request, config }: Pick<RunContext, "request" | "config">,
): readonly ApplicationConfig[] {
  const { applicationId } = request;
  if (applications.length > 0 || applicationId === undefined) return applications;
  const also = config.discover.length > 0 ? ", and was not discovered" : "";
  throw new RotationError(
    "event-invalid",
    `event: applicationId: ${applicationId} is not in the configuration${also}`,
  );
}

function recordDiscovery(discovery: Discovery, { recorder, clock, log, shard }: RunContext): void {
  const { entries, found, unfound } = discovery;
  for (const { index, count, login, problems, renewalProblem } of entries) {
    log.info("applications discovered", { entry: index, count });
    for (const error of problems) recorder.failed(`discover.${index}`, error);
    if (renewalProblem !== undefined) recorder.failed(`discover.${index}.accessToken`, renewalProblem);
    const isUseless = problems.some(({ code }) => DOES_NOT_WORK.has(code));
    recorder.accessToken(isUseless ? clock.now() : login === undefined ? "unknown" : login.expiresAt);
  }
  for (const id of unfound) if (isInShard(id, shard)) recorder.applicationFailed({ id }, notDiscovered(id));
  const isOurs = ({ listed }: FoundApplication) => isInShard(listed.id, shard);
  const shared = found.filter(({ alsoFoundBy }) => alsoFoundBy.length > 0).filter(isOurs);
  const unlisted = found.filter(({ decidedBy, foundBy }) => decidedBy !== foundBy).filter(isOurs);
  const named = (some: Discovery["found"]) => ({
    count: some.length,
    applicationIds: some.slice(0, MAX_FAILURES_NAMED).map(({ listed }) => listed.id),
  });
  if (shared.length > 0)
    log.info("several entries of `discover` found these applications: the first one counts", named(shared));
  if (unlisted.length > 0)
    log.warn(
      "these applications fit an earlier entry of `discover`, which decides their policy, but its access token doesn't reach them",
      named(unlisted),
    );
}

/**
 * A 404 shows that a discovered application was deleted, and that is no failure. But Losant may also answer so about an application
 * that the user must not see. Then the list still has it, and the application fails.
 */
export async function recordGone(context: RunContext): Promise<void> {
  const { gone, recorder } = context;
  if (gone.size === 0) return;
  const { entries } = await context.discover();
  // Also if no entry is about it any more, because somebody has renamed or moved it.
  const listed = new Set(entries.flatMap((entry) => entry.listed.map(({ id }) => id)));
  const isKnown = isComplete(entries);
  for (const id of gone) {
    if (isKnown && !listed.has(id)) {
      recorder.applicationGone(id);
      continue;
    }
    const why = isKnown ? "but still lists it" : "and it is unknown whether it still lists it";
    const message = `can't list the tokens of application ${id}: Losant has no such application, ${why}`;
    recorder.applicationFailed({ id }, new RotationError("application-not-found", message));
  }
}
